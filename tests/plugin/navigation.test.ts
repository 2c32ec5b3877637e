import { locationUtil, type GrafanaConfig, type NavModelItem } from '@grafana/data';
import { afterEach, describe, expect, test, vi } from 'vitest';
import manifest from '../../plugin.json';
import { helpPath, paths } from '../../src/lib/constants.ts';
import { alarmsPage, auditPage, helpPage, integrationsPage, tokensPage, type Page } from '../../src/layout/pages.ts';

const ROOT = `/a/${manifest.id}`;
const entries = manifest.includes.flatMap(({ type, name, path, addToNav }) =>
  type === 'page' && addToNav ? [{ text: name, path: path.replace('%PLUGIN_ID%', manifest.id) }] : [],
);

const serveUnder = (appSubUrl: string) =>
  locationUtil.initialize({
    config: { appSubUrl } as GrafanaConfig,
    getTimeRangeForUrl: vi.fn(),
    getVariablesUrlParams: vi.fn(),
  });
afterEach(() => serveUnder(''));

/** The app in Grafana's sidebar: what is at the app's own address is folded into the app's entry. */
function sidebar(base: string): NavModelItem[] {
  const home: NavModelItem = { text: 'Home', url: `${base}/` };
  const apps: NavModelItem = { text: 'More apps', url: `${base}/apps`, parentItem: home };
  const isDefault = manifest.includes.find((include) => 'defaultNav' in include && include.defaultNav)?.path;
  const app = {
    text: manifest.name,
    url: base + (isDefault?.replace('%PLUGIN_ID%', manifest.id) ?? ROOT),
    parentItem: apps,
  };
  const pages = entries.map(({ text, path }) => ({ text, url: base + path, parentItem: app }));
  return [app, ...pages.filter(({ url }) => url !== app.url)];
}

/** Grafana's breadcrumbs: those of the page, then those of the sidebar's entry with the longest matching address. */
function breadcrumbs({ nav }: Page, path: string, base = ''): { text: string; url: string | undefined }[] {
  const [entry] = sidebar(base)
    .filter(({ url = '' }) => (base + path).startsWith(url))
    .sort((a, b) => (b.url?.length ?? 0) - (a.url?.length ?? 0));
  const own = ancestry(nav);
  const section = ancestry(entry);
  if (own[0]?.url === section.at(-1)?.url) section.pop();
  return [...section, ...own]
    .filter(({ hideFromBreadcrumbs }) => !hideFromBreadcrumbs)
    .map(({ text, url }) => ({ text, url }));
}

const ancestry = (item: NavModelItem | undefined): NavModelItem[] => (item ? [...ancestry(item.parentItem), item] : []);

test('every page stands in the sidebar under a name of its own, the integrations first', () => {
  expect(sidebar('').map(({ text }) => text)).toEqual([
    'Vitals',
    'Integrations',
    'Scrape tokens',
    'Alarms',
    'Sessions & Audit',
    'Help',
    'Configuration',
  ]);
});

describe.each(['', '/monitoring/grafana'])('in a Grafana that is served under “%s”', (base) => {
  test.each([
    [paths.integrations, integrationsPage, ['Integrations']],
    [paths.tokens, tokensPage, ['Integrations', 'Prometheus', 'Scrape tokens']],
    [paths.alarms, alarmsPage, ['Alarms']],
    [paths.audit, auditPage, ['Sessions & Audit']],
    [helpPath('alerts'), () => helpPage('alerts'), ['Help', 'Alerts']],
  ])('the breadcrumbs of %s name each page on the way once', (path, page, own) => {
    serveUnder(base);
    const crumbs = breadcrumbs(page(), path, base);
    expect(crumbs.map(({ text }) => text)).toEqual(['Home', 'More apps', 'Vitals', ...own]);
    expect(crumbs.at(-1)?.url).toBe(base + path);
    for (const { url } of crumbs) expect(url).toMatch(new RegExp(`^${base}/(?!monitoring)`));
  });
});
