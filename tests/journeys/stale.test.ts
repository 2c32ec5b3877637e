import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { startAppliance } from '../support/appliance.ts';
import { changed, writeCatalogue } from '../support/catalogues.ts';
import { fakePushgateway } from '../support/fake-pushgateway.ts';
import { temporaryFolder } from '../support/folder.ts';
import { readDashboard, type PanelJson } from '../support/grafana-queries.ts';
import { shows, startLocalExporter } from '../support/local-exporter.ts';
import { answersOf, shownBy, tellsByColour, type Shown } from '../support/panel-colours.ts';
import { startPrometheus, type Series } from '../support/prometheus.ts';
import { startSlowClickHouse, startVectorReceiver } from '../support/receivers.ts';
import { pumps } from '../support/reports.ts';
import { eventually } from '../support/server.ts';
import { testWith } from '../tools.ts';

const SCRAPE_SECONDS = 1;

testWith(
  'prometheus',
  'no panel is green, and none draws on, once the appliance does not answer or is no target any more',
  async ({ prometheus: binary }) => {
    const folder = temporaryFolder();
    const since = Date.now();
    const exporter = await startLocalExporter(shows('pumps_up{pump="well"} 1\n'));
    const catalogue = writeCatalogue(
      changed(pumps, 'instances: [north, south]', `source: { scrape: '${exporter.url}' }`),
    );
    const appliance = await startAppliance(join(folder, 'appliance'), {
      tokenExpires: new Date(since + 200 * 24 * 3_600_000),
      settings: {
        prometheus: { enabled: true, catalogues: [catalogue] },
        clickhouse: { url: (await startSlowClickHouse(0)).url },
        ingest: { spool_dir: 'spool' },
        alarms: { tick_seconds: 1 },
        notifications: { vector: { url: (await startVectorReceiver()).url } },
      },
    });
    const gateway = await fakePushgateway();
    const push = { enabled: true, url: gateway.url, job: 'vitals', instance: 'a', intervalSeconds: 1, username: null };
    expect((await appliance.api('admin', '/api/push', push, 'PUT')).status).toBe(200);
    await appliance.watchTokens('active', 'info');
    expect(await appliance.ingest('counter-stats', [{ ts: Date.now(), name: 'leases', value: 1 }])).toBe(202);

    const targets = join(folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [appliance.instance] }]));
    const prometheus = await startPrometheus(binary, folder, [
      {
        job_name: 'dhcp-dpi',
        metrics_path: '/api/metrics/prometheus',
        scrape_interval: `${SCRAPE_SECONDS}s`,
        scrape_timeout: `${SCRAPE_SECONDS}s`,
        authorization: { credentials_file: appliance.tokenFile },
        file_sd_configs: [{ files: [targets], refresh_interval: '1s' }],
      },
    ]);
    await eventually('the appliance is scraped, and has pushed', async () => {
      return (await prometheus.value('count(up == 1 and dhcp_dpi_push_last_success_timestamp_seconds > 0)')) === 1;
    });

    const panels = dashboards.flatMap(({ uid }) => {
      const dashboard = readDashboard(uid);
      return dashboard.panels.filter(({ targets }) => targets !== undefined).map((panel) => ({ dashboard, panel }));
    });
    const asking = { since, scrapeSeconds: SCRAPE_SECONDS, stepSeconds: 1 };
    const look = async (title: string): Promise<readonly Shown[]> => {
      const { dashboard, panel } = panels.find((one) => one.panel.title === title)!;
      return shownBy(panel, await answersOf(prometheus, dashboard, panel, asking), Date.now());
    };
    /** What every panel shows at this moment that is green, or a line that reaches it. */
    const alive = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const { dashboard, panel } of panels) {
        const answers = await answersOf(prometheus, dashboard, panel, asking);
        const shown = tellsByColour(panel) ? shownBy(panel, answers, Date.now()) : [];
        const green = shown.filter(({ color }) => color.includes('green'));
        found.push(...green.map(({ value, text }) => `${panel.title} is green: ${text ?? value}`));
        const past = toldByPrometheus(panel) ? [] : shown.filter(({ value }) => value !== null);
        found.push(...past.map(({ value, text }) => `${panel.title} shows ${text ?? value}`));
        if (reaches(panel, answers.flat(), Date.now())) found.push(`${panel.title} draws on`);
      }
      return found;
    };
    // While all is well panels are green, which shows that this test can see it.
    await eventually('panels are green and draw', async () => (await alive()).length > 20);
    expect(await look('Appliance up')).toMatchObject([{ name: appliance.instance, text: 'UP', color: 'green' }]);

    await eventually('“No data since” has a moment to look back at', async () => {
      return (await prometheus.value('count(max_over_time(timestamp(dhcp_dpi_build_info)[1m:10s]))')) === 1;
    });
    const stopped = Date.now();
    await appliance.kill();
    await eventually('Prometheus knows', async () => (await prometheus.value('up')) === 0);
    await eventually('no panel shows the past as the present', async () => {
      const found = await alive();
      if (found.length > 0) throw new Error(found.join('\n'));
      return true;
    });
    expect(await look('Appliance up')).toMatchObject([{ name: appliance.instance, text: 'DOWN', color: 'red' }]);
    const [reported] = await look('No data since');
    expect(reported!.value).toBeGreaterThan(since);
    expect(reported!.value).toBeLessThan(stopped + 1000);
    expect(reported!.color).toBe('orange');

    writeFileSync(targets, '[]');
    await eventually('the target is gone', async () => (await prometheus.value('up')) === undefined);
    await eventually('and no panel is green', async () => (await alive()).length === 0);
    expect(await look('Appliance up')).toMatchObject([{ value: null, text: expect.stringMatching(/^No data/) }]);
    expect(await look('No data since')).toMatchObject([{ value: reported!.value, color: 'orange' }]);
  },
);

/** What Prometheus goes on saying of its scrapes, and of when they ended. */
function toldByPrometheus({ title, targets = [] }: PanelJson): boolean {
  return title === 'No data since' || targets.every(({ expr }) => /^(up|scrape_duration_seconds)\{/.test(expr));
}

/** Whether a line or a bar of what the appliance itself says reaches this moment. */
function reaches(panel: PanelJson, series: readonly Series[], now: number): boolean {
  if (tellsByColour(panel) || toldByPrometheus(panel)) return false;
  return series.some(({ samples }) => (samples.at(-1)?.at ?? 0) > now - 2000);
}
