import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { alertGroups, SCRAPE_JOB } from '../../contract/alerts/appliance.ts';
import { alertExpression } from '../../contract/alerts/prometheus.ts';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { panelsOf } from '../../contract/dashboards/spec.ts';
import { startAppliance, type Appliance } from '../support/appliance.ts';
import { changed, writeCatalogue } from '../support/catalogues.ts';
import { fakePushgateway } from '../support/fake-pushgateway.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  execute,
  labelsIn,
  panelQueries,
  readDashboard,
  substitute,
  variableValues,
  type Choice,
  type PanelQuery,
} from '../support/grafana-queries.ts';
import { shows, startLocalExporter } from '../support/local-exporter.ts';
import { checkShape } from '../support/panel-answers.ts';
import { startPrometheus, type Series } from '../support/prometheus.ts';
import { startSlowClickHouse, startVectorReceiver } from '../support/receivers.ts';
import { pumps } from '../support/reports.ts';
import { eventually, freePort } from '../support/server.ts';
import { testWith } from '../tools.ts';

const root = join(import.meta.dirname, '..', '..');
const hour = 3_600_000;
const SCRAPE_SECONDS = 1;
const STEP_SECONDS = 1;

testWith(
  'prometheus',
  'every query of every panel and every alert answers on a real Prometheus that scrapes real backends',
  async ({ prometheus: binary }) => {
    const folder = temporaryFolder();
    const since = Date.now();

    // Two appliances. All is well with the first; nothing is with the second.
    const vector = await startVectorReceiver();
    const slowClickHouse = await startSlowClickHouse(1_300);
    const exporter = await startLocalExporter(shows('pumps_up{pump="well"} 1\n'));
    const gateway = await fakePushgateway();
    const catalogue = writeCatalogue(
      changed(pumps, 'instances: [north, south]', `source: { scrape: '${exporter.url}' }`),
    );
    const prometheusSettings = { enabled: true, catalogues: [catalogue] };
    const nobody = `http://127.0.0.1:${await freePort()}/`;
    const troubled = await startAppliance(join(folder, 'troubled'), {
      tokenExpires: new Date(since + 24 * hour),
      settings: {
        prometheus: prometheusSettings,
        clickhouse: { url: slowClickHouse.url, staleness_seconds: 2 },
        ingest: { spool_dir: 'spool' },
        storage: { min_free_mb: 1_048_576 }, // more than it has
        alarms: { tick_seconds: 3600 }, // it ticks once, then never again while this test runs
        notifications: { vector: { url: nobody, timeout_seconds: 1, open_after_seconds: 1 } },
      },
    });
    // What opens at its one tick waits for a Vector that nobody has ever seen.
    await troubled.watchTokens('active', 'info');
    await troubled.restart();
    const well = await startAppliance(join(folder, 'well'), {
      tokenExpires: new Date(since + 200 * 24 * hour),
      settings: {
        prometheus: prometheusSettings,
        clickhouse: { url: 'embedded:clickhouse' },
        ingest: { spool_dir: 'spool' },
        alarms: { tick_seconds: 1 },
        notifications: { vector: { url: vector.url } },
      },
    });
    await well.watchTokens('active', 'info');
    const both = [well, troubled];
    const instances = both.map(({ instance }) => instance);
    const prometheus = await startPrometheus(binary, folder, both.map(scrapeJob), {
      global: { evaluation_interval: '1s' },
      rule_files: [join(root, 'provisioning/prometheus/rules.yaml')],
    });
    const bothAreUp = async () => (await prometheus.value('count(up == 1)')) === 2;
    await eventually('both appliances are scraped', bothAreUp);
    await troubled.restart(); // it is marked on the dashboards
    await eventually('both are again', bothAreUp);

    const firing = async (name: string, instance?: string): Promise<Series[]> => {
      const series = await prometheus.query(alertExpression(alertOf(name)));
      return series.filter(({ labels }) => instance === undefined || labels['instance'] === instance);
    };

    const panels = dashboards.flatMap((spec) => panelQueries(readDashboard(spec.uid)));
    expect(panels).toHaveLength(dashboards.flatMap(panelsOf).flatMap((panel) => panel.queries).length);
    const ask = ({ dashboard, expr, instant }: PanelQuery, instance: Choice = 'All', job: Choice = 'All') => {
      const ready = substitute(expr, readDashboard(dashboard), {
        job,
        instance,
        scrapeSeconds: SCRAPE_SECONDS,
        stepSeconds: STEP_SECONDS,
        rangeSeconds: 3600,
      });
      return execute(prometheus, ready, { instant, since, stepSeconds: STEP_SECONDS });
    };
    // On a busy machine a scrape comes late now and then, and the next one mends what it left out.
    const answers = (query: PanelQuery, from = instances, ...choice: Choice[]) =>
      eventually(`${query.dashboard}, ${query.panel}: ${query.expr}`, async () => {
        checkShape(query, await ask(query, ...choice), from);
        return true;
      });
    // Before anything happens each panel has something to draw, unless it says that none is good news.
    const mayBeEmpty = dashboards.flatMap(panelsOf).filter((panel) => 'emptyIsHealthy' in panel);
    for (const query of panels) {
      if (!mayBeEmpty.some(({ title }) => title === query.panel)) await answers(query);
    }

    // What a day brings: rows, requests, tokens that come and go, refused scrapes.
    for (const appliance of both) expect(await appliance.ingest('counter-stats', rows())).toBe(202);
    for (const { api, instance } of both) {
      const push = { enabled: true, url: gateway.url, job: 'vitals', instance, intervalSeconds: 1, username: null };
      expect((await api('admin', '/api/push', push, 'PUT')).status).toBe(200);
    }
    for (const path of ['/api/health', '/api/contract', '/api/tokens']) {
      expect((await well.api('admin', path)).status).toBe(200);
    }
    expect((await well.api(undefined, '/api/health')).status).toBe(401);
    expect((await well.scrape('vst_mistyped')).status).toBe(401);

    await eventually('rows have reached both ClickHouses, and notifications Vector', async () => {
      const inserted = await prometheus.query('dhcp_dpi_clickhouse_batch_insert_seconds_count > 0');
      return inserted.length === 2 && vector.lines.length > 0;
    });

    const ofTheSilent = panels.find(({ panel }) => panel === 'No data since')!;
    await expect.poll(() => ask(ofTheSilent), { message: 'both have data' }).toEqual([]);
    for (const query of panels.filter((one) => one !== ofTheSilent)) {
      await answers(query);
      // One appliance alone, and several by name, as the reader may choose.
      await answers(query, [well.instance], [well.instance], [SCRAPE_JOB]);
      await answers(query, instances, instances);
      expect(await ask(query, ['no such appliance']), query.panel).toEqual([]);
    }

    // The variables list what there is.
    for (const spec of dashboards) {
      const values = await variableValues(prometheus, readDashboard(spec.uid));
      expect(values).toEqual({ job: [SCRAPE_JOB], instance: instances.toSorted() });
    }

    // All rules can be evaluated, and none is about the appliance that is well.
    interface Rules {
      groups: { rules: { name: string; health: string; lastError?: string }[] }[];
    }
    const rules = await eventually('Prometheus has evaluated the shipped rules', async () => {
      const { groups } = await prometheus.api<Rules>('rules');
      const all = groups.flatMap((group) => group.rules);
      return all.every(({ health }) => health !== 'unknown') && all;
    });
    expect(rules.map(({ name, health, lastError }) => ({ name, health, lastError }))).toEqual(
      allAlerts.map(({ name }) => ({ name, health: 'ok', lastError: undefined })),
    );
    for (const { name } of allAlerts)
      await expect.poll(() => firing(name, well.instance), { message: name }).toEqual([]);

    const seen = new Set<string>();
    const fires = async (name: string, appliance?: Appliance, deadlineMs?: number) => {
      const series = await eventually(
        `${name} has what to fire on`,
        async () => {
          const found = await firing(name, appliance?.instance);
          return found.length > 0 && found;
        },
        deadlineMs,
      );
      const { summary, description } = alertOf(name);
      const placeholders = [...`${summary} ${description}`.matchAll(/\{(\w+)\}/g)].map(([, label]) => label ?? '');
      for (const label of placeholders.filter((one) => one !== 'value' && one !== 'duration')) {
        for (const one of series) expect(one.labels, name).toHaveProperty(label);
      }
      seen.add(name);
    };

    // Faults: what the second appliance was born with, then one by one.
    await fires('VitalsTokenExpiresSoon', troubled);
    await fires('VitalsStorageLow', troubled);
    await fires('VitalsVectorBreakerOpen', troubled);
    await fires('VitalsNotificationErrors', troubled);
    await fires('VitalsNotificationBacklog', troubled);
    await fires('VitalsBatchInsertSlow', troubled);
    await slowClickHouse.close();
    await fires('VitalsClickHouseDown', troubled);

    for (let rejected = 0; rejected < 30; rejected += 1) await well.scrape('vst_mistyped');
    await fires('VitalsScrapesRefused', well);

    vector.status = 400;
    await well.watchTokens('revoked', 'critical');
    const minted = await well.api('admin', '/api/tokens', { name: 'One that is revoked at once' });
    await well.api('admin', `/api/tokens/${minted.body.token!.id}/revoke`, {});
    await fires('VitalsCriticalAlarm', well);
    await fires('VitalsQuarantined', well);
    vector.status = 200;

    // A person takes notice: that, and what else happened, is marked on the dashboards.
    const [alarm] = (await well.api('admin', '/api/alarms?severity=critical')).body.items!;
    expect((await well.api('admin', `/api/alarms/${alarm!.id}/acknowledge`, {})).status).toBe(200);
    const { instance } = well;
    const marked: Readonly<Record<string, object>> = {
      'Alarm starts': { instance, severity: 'critical' },
      'Alarm transitions': { instance, from: 'firing', to: 'acknowledged' },
      Releases: { instance, version: expect.stringMatching(/^\d/) as string },
      Restarts: { instance: troubled.instance },
    };
    for (const spec of dashboards) {
      for (const annotation of readDashboard(spec.uid).annotations.list) {
        const shown = labelsIn(annotation.titleFormat);
        const query = { dashboard: spec.uid, panel: annotation.name, expr: annotation.expr, instant: false, shown };
        await eventually(`a mark of ${annotation.name}`, async () => {
          const found = (await ask(query)).map(({ labels }) => labels);
          expect(found).toContainEqual(marked[annotation.name]);
          return true;
        });
      }
    }

    await fires('VitalsAlarmEngineStalled', troubled, 90_000);
    await well.kill();
    await fires('VitalsApplianceDown', well);
    await answers(ofTheSilent, [well.instance]);
    for (const appliance of both) writeFileSync(targetFile(appliance), '[]');
    await fires('VitalsApplianceAbsent');

    expect([...seen].sort()).toEqual(allAlerts.map(({ name }) => name).sort());
  },
);

const allAlerts = alertGroups.flatMap(({ alerts }) => [...alerts]);

function alertOf(name: string) {
  const alert = allAlerts.find((one) => one.name === name);
  if (!alert) throw new Error(`there is no alert ${name}`);
  return alert;
}

/** Each appliance has a token of its own, hence a job of its own; by its label it is the one that the rules name. */
function scrapeJob(appliance: Appliance, index: number): Record<string, unknown> {
  writeFileSync(targetFile(appliance), JSON.stringify([{ targets: [appliance.instance] }]));
  return {
    job_name: `appliance-${index}`,
    metrics_path: '/api/metrics/prometheus',
    scrape_interval: `${SCRAPE_SECONDS}s`,
    scrape_timeout: `${SCRAPE_SECONDS}s`,
    authorization: { credentials_file: appliance.tokenFile },
    file_sd_configs: [{ files: [targetFile(appliance)], refresh_interval: '1s' }],
    relabel_configs: [{ target_label: 'job', replacement: SCRAPE_JOB }],
  };
}

const targetFile = ({ tokenFile }: Appliance) => tokenFile.replace(/token$/, 'targets.json');

const rows = () => Array.from({ length: 50 }, (_one, value) => ({ ts: Date.now(), name: 'leases', value }));
