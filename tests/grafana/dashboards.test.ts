import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { root } from '../support/compose.ts';
import type { Prometheus } from '../support/prometheus.ts';
import { eventually } from '../support/server.ts';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inGrafana } from './product.ts';
import { everySecond, scrapeWith } from './scraped.ts';

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly { readonly type: string; readonly title?: string }[];
}

const folder = join(root, 'provisioning/dashboards');
const dashboards = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard);

const panel = (page: Page, title: string) => page.getByTestId(`data-testid Panel header ${title}`);

/** Scrolls to every panel, so that Grafana asks for its data, and waits until it has it. */
async function openWhole(page: Page, url: string, { panels }: Dashboard): Promise<void> {
  await page.goto(url);
  for (const { title, type } of panels) {
    if (type === 'row' || title === undefined) continue;
    await panel(page, title).scrollIntoViewIfNeeded();
    await panel(page, title).getByLabel('Panel loading bar').waitFor({ state: 'detached' });
  }
}

/** Titles of the panels with one value in which something is green: as a text, a background or a gradient. */
async function greenPanels(page: Page, { panels }: Dashboard): Promise<string[]> {
  const found: string[] = [];
  for (const { title, type } of panels) {
    if ((type !== 'stat' && type !== 'gauge') || title === undefined) continue;
    const colours = await panel(page, title).evaluate((section) =>
      [...section.querySelectorAll('*')].flatMap((element) => {
        const { color, backgroundColor, backgroundImage } = getComputedStyle(element);
        const isWritten = [...element.childNodes].some(
          (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
        );
        return [backgroundColor, backgroundImage, ...(isWritten ? [color] : [])];
      }),
    );
    if (colours.some(isGreen)) found.push(title);
  }
  return found;
}

/** Whether a colour, or one in a gradient, is a green that one sees. */
function isGreen(css: string): boolean {
  const colours = [...css.matchAll(/rgba?\((\d+), (\d+), (\d+)/g)].map((match) => match.slice(1).map(Number));
  return colours.some(([red = 0, green = 0, blue = 0]) => green > 80 && green > 1.3 * red && green > 1.3 * blue);
}

const failed = (page: Page) => page.getByTestId('data-testid Panel status error').count();

inGrafana(
  'every panel has its data while the appliance is scraped, and once it is not, none says in green that all is well',
  async (start, { prometheus: binary }) => {
    let prometheus: Prometheus | undefined;
    const { server, shell, browser } = await start({
      settings: { clickhouse: { url: 'embedded:clickhouse' } },
      prometheusUrl: async (place) => (prometheus = await scrapeWith(binary, place)).origin,
      amend: everySecond,
    });
    await eventually(
      'ClickHouse is up, and scraped',
      async () => (await prometheus?.value('dhcp_dpi_clickhouse_up')) === 1,
    );
    const { page } = await shell.enter(browser, 'vint');
    const url = ({ uid }: Dashboard) => `${shell.origin}/d/${uid}?from=now-15m&to=now`;
    for (const dashboard of dashboards) {
      const empty = async () => {
        await openWhole(page, url(dashboard), dashboard);
        return page.getByText('No data: the appliance does not answer').count();
      };
      await expect.poll(empty, { message: dashboard.uid, timeout: 60_000 }).toBe(0); // a rate takes several scrapes
      expect(await failed(page), dashboard.uid).toBe(0);
    }
    const [health] = dashboards.filter(({ uid }) => uid === 'vitals-health');
    if (!health) throw new Error('there is no dashboard vitals-health');
    await openWhole(page, url(health), health);
    await panel(page, 'Appliance up').getByText('UP', { exact: true }).waitFor();
    expect(await greenPanels(page, health)).toContain('Appliance up'); // or the next test of green would prove nothing

    expect(await server.kill('SIGTERM')).toBe(0);
    await eventually('the scrape fails', async () => (await prometheus?.value('up')) === 0);
    for (const dashboard of dashboards) {
      await openWhole(page, url(dashboard), dashboard);
      expect(await greenPanels(page, dashboard), dashboard.uid).toEqual([]);
    }
    await openWhole(page, url(health), health);
    await panel(page, 'Appliance up').getByText('DOWN', { exact: true }).waitFor();
    await panel(page, 'No data since').getByText(/\d/).first().waitFor();
  },
  'built',
);
