import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, within } from '@testing-library/react';
import { Route, Routes } from 'react-router';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { alertGroups } from '../../contract/alerts/appliance.ts';
import { helpPath, paths } from '../../src/lib/constants.ts';
import { documents } from '../../src/help/documents.ts';
import HelpPage from '../../src/help/HelpPage.tsx';
import { renderDocument, type RenderedDocument } from '../../src/help/renderDocument.ts';
import { slugger } from '../../src/help/slug.ts';
import { isTab, topics, type Topic } from '../../src/lib/topics.ts';
import { alarmsPage, auditPage, integrationsPage, tokensPage, topicName } from '../../src/layout/pages.ts';
import { resetBackend, show, signIn } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const rendered = Object.fromEntries(
  await Promise.all(topics.map(async (topic) => [topic, renderDocument((await documents[topic]()).default, topic)])),
) as Record<Topic, RenderedDocument>;

function parsed(html: string): HTMLElement {
  const element = document.createElement('div');
  element.innerHTML = html;
  return element;
}

/** Whether a path of the help leads to a page, and where it names a section, to that. */
function leadsSomewhere(path: string): boolean {
  const [page = '', anchor] = path.split('#');
  const topic = topics.find((each) => helpPath(each) === page);
  return topic !== undefined && (anchor === undefined || rendered[topic].headings.some(({ id }) => id === anchor));
}

const scrolledTo: string[] = [];
beforeEach(() => {
  resetBackend();
  scrolledTo.length = 0;
  Element.prototype.scrollIntoView = function (this: Element) {
    if (this.id) scrolledTo.push(this.id);
  };
});
afterEach(() => Reflect.deleteProperty(Element.prototype, 'scrollIntoView'));

const page = (
  <Routes>
    <Route path={`${paths.help}/:topic`} element={<HelpPage />} />
  </Routes>
);
const showHelp = (topic: Topic | 'nothing', anchor = '') => show(page, anchor, `${paths.help}/${topic}`);

describe('a heading’s anchor', () => {
  test.each([
    ['VitalsApplianceAbsent', 'vitalsapplianceabsent'],
    ['dhcp_dpi_build_info', 'dhcp_dpi_build_info'],
    ['Push, where nobody can scrape', 'push-where-nobody-can-scrape'],
    ['What’s kept: “audit” – 90 days', 'whats-kept-audit--90-days'],
    ['Über die Schlüssel', 'über-die-schlüssel'],
  ])('of “%s” is %s, as on GitHub', (heading, slug) => expect(slugger()(heading)).toBe(slug));

  test('gets a number where the same one comes again', () => {
    const slug = slugger();
    expect(['Files', 'Files', 'Files'].map(slug)).toEqual(['files', 'files-1', 'files-2']);
  });
});

describe.each(topics)('the document “%s”', (topic) => {
  const links = [...parsed(rendered[topic].html).querySelectorAll('a')].map((link) => link.getAttribute('href') ?? '');

  test('leads with every link to a page and section of the help, or out of Grafana', () => {
    for (const href of links) {
      if (!/^https?:\/\//.test(href)) expect([href, leadsSomewhere(href)]).toEqual([href, true]);
    }
  });

  test('has no pictures that are not there, and no title of its own', () => {
    expect(parsed(rendered[topic].html).querySelectorAll('img, h1')).toHaveLength(0);
  });

  if (!isTab(topic)) return;
  test('is reached from the menu of topics', async () => {
    const { user, pathname } = showHelp(topic === 'overview' ? 'security' : 'overview');
    const name = topicName(topic);
    await user.click(await screen.findByRole('tab', { name }));
    expect(await screen.findByRole('heading', { level: 1, name: `Help: ${name}` })).toBeVisible();
    expect(pathname()).toBe(helpPath(topic));
    expect(await screen.findByRole('article')).toBeVisible();
  });
});

test('every alert that is shipped leads to its section, those of the catalogues too', () => {
  const root = join(import.meta.dirname, '../../provisioning');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  const runbooks = texts.flatMap((text) => text.match(/\/a\/appliance-vitals-app\/help\/[\w#-]+/g) ?? []);
  expect(runbooks.length).toBeGreaterThan(20);
  expect(runbooks.filter((path) => !leadsSomewhere(path))).toEqual([]);
});

describe('what is written', () => {
  const htmlOf = (markdown: string) => renderDocument(markdown, 'operations').html;

  test('keeps links between documents and within one', () => {
    const html = htmlOf('[a](security.md#files) [b](#upgrade) [c](alerts.md) [d](../src/README.md)');
    expect([...parsed(html).querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual([
      helpPath('security', 'files'),
      helpPath('operations', 'upgrade'),
      helpPath('alerts'),
      helpPath('overview'),
    ]);
  });

  test('opens what lies elsewhere in a tab of its own', () => {
    const [link] = parsed(htmlOf('[Pushgateway](https://github.com/prometheus/pushgateway)')).querySelectorAll('a');
    expect(link?.outerHTML).toContain('href="https://github.com/prometheus/pushgateway"');
    expect(link).toHaveAttribute('target', '_blank');
    expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  });

  test('is plain text where a link names a file that is not shipped', () => {
    const html = htmlOf('See [config.example.yaml](../config.example.yaml) and [`rules`](../provisioning/rules.yaml).');
    expect(parsed(html).innerHTML.trim()).toBe('<p>See config.example.yaml and <code>rules</code>.</p>');
  });

  test('can do nothing but be read', () => {
    const html = htmlOf(
      '<img src=x onerror="alert(1)"><script>alert(1)</script> [x](javascript:alert(1))\n\n## A <b onclick="x()">b</b>',
    );
    expect(html).not.toMatch(/onerror|onclick|<script|javascript:/);
  });
});

test('each alert has a section of its name, where its runbook leads', () => {
  const names = alertGroups.flatMap(({ alerts }) => alerts.map(({ name }) => name));
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    const heading = rendered.alerts.headings.find(({ id }) => id === name.toLowerCase());
    expect([name, heading?.text]).toEqual([name, name]);
  }
});

test('the way to the help leads from each page to a section that is there', () => {
  for (const each of [integrationsPage(), tokensPage(), alarmsPage(), auditPage()]) {
    expect([each.help, leadsSomewhere(each.help ?? '')]).toEqual([each.help, true]);
  }
});

test('an address with an anchor opens that section, highlights it and puts the focus there, for a viewer too', async () => {
  signIn('Viewer');
  showHelp('alerts', '#vitalsapplianceabsent');
  const heading = await screen.findByRole('heading', { name: 'VitalsApplianceAbsent' });
  expect(heading.closest('section')).toHaveAttribute('data-current', 'true');
  expect(heading).toHaveFocus();
  expect(scrolledTo).toEqual(['vitalsapplianceabsent']);
  expect(document.querySelectorAll('[data-current]')).toHaveLength(1);
});

test('the contents of a page lead to its sections, and one section at a time is highlighted', async () => {
  const { go } = showHelp('alerts', '#vitalsapplianceabsent');
  const contents = within(await screen.findByRole('navigation', { name: 'On this page' }));
  const link = contents.getByRole('link', { name: 'VitalsApplianceDown' });
  expect(link).toHaveAttribute('href', helpPath('alerts', 'vitalsappliancedown'));
  await go('#vitalsappliancedown');
  const heading = await screen.findByRole('heading', { name: 'VitalsApplianceDown' });
  await vi.waitFor(() => expect(heading.closest('section')).toHaveAttribute('data-current'));
  expect(document.querySelectorAll('[data-current]')).toHaveLength(1);
  expect(contents.getByRole('link', { current: 'location' })).toHaveTextContent('VitalsApplianceDown');
});

test('a topic that does not exist leads to the overview', async () => {
  const { pathname } = showHelp('nothing');
  expect(await screen.findByRole('heading', { level: 1, name: 'Help: Overview' })).toBeVisible();
  expect(pathname()).toBe(helpPath('overview'));
});
