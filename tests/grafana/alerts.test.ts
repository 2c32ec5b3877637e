import { expect } from 'vitest';
import type { Prometheus } from '../support/prometheus.ts';
import { eventually, startServer } from '../support/server.ts';
import { inGrafana } from './product.ts';
import { scrapeWith } from './scraped.ts';
import type { Grafana } from './shell.ts';

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

async function alerts({ api }: Grafana): Promise<Alert[]> {
  const answer = await api.send<{ data: { alerts: Alert[] } }>('GET', '/api/prometheus/grafana/api/v1/alerts');
  return answer.data.alerts;
}

const named = (name: string, state: RegExp) => (all: readonly Alert[]) =>
  all.find(({ labels, state: is }) => labels['alertname'] === name && state.test(is));

/** Grafana's rules with nothing to wait for: what is tested is whether they fire, not how long they take. */
const atOnce = (path: string, text: string) =>
  path.startsWith('alerting/')
    ? text.replace(/^( +for:) .*$/gm, '$1 0s').replace(/interval: 30s/g, 'interval: 10s')
    : text;

inGrafana(
  'the provisioned alerts fire when the appliance is away and clear when it is back, lead to their help, and none of their texts fails',
  async (start, { prometheus: binary }) => {
    let prometheus: Prometheus | undefined;
    const { place, server, shell, browser } = await start({
      amend: atOnce,
      prometheusUrl: async (place) => {
        prometheus = await scrapeWith(binary, place);
        return prometheus.origin;
      },
    });
    await eventually('the appliance is scraped', async () => (await prometheus?.value('up')) === 1);
    expect(await server.kill('SIGTERM')).toBe(0);

    const isDown = named('VitalsApplianceDown', /^Alerting/);
    const down = await eventually('the alert fires', async () => isDown(await alerts(shell)), 120_000);
    expect(down.annotations['summary']).toContain(`127.0.0.1:${place.port}`);
    const runbook = String(down.annotations['runbook_url']);
    expect(runbook).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/a\/appliance-vitals-app\/help\/alerts#vitalsappliancedown$/);
    for (const { annotations, labels } of await alerts(shell)) {
      expect(JSON.stringify(annotations), labels['alertname']).not.toMatch(/no value|<nil>|%!/);
    }

    const { page } = await shell.enter(browser, 'vint');
    await page.goto(runbook);
    await page.getByRole('heading', { name: 'VitalsApplianceDown' }).waitFor();
    await expect
      .poll(() =>
        page
          .getByRole('heading', { name: 'VitalsApplianceDown' })
          .evaluate((heading) => heading.getBoundingClientRect().top < innerHeight),
      )
      .toBe(true);

    await startServer(place.config);
    await eventually('the alert clears', async () => !isDown(await alerts(shell)), 120_000);
    const complaints = shell
      .output()
      .split('\n')
      .filter((line) => /template|expand/i.test(line) && /level=(error|warn)/.test(line));
    expect(complaints).toEqual([]);
  },
  'built',
);
