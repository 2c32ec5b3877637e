/** What documents list, against what there is. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pushFailureReasonNames } from '../contract/appliance.ts';
import { scrapeRefusalReasonNames } from '../contract/audit-events.ts';
import { oddTexts } from './support/odd-texts.ts';
import { refusals } from '../contract/refusals.ts';
import { tokenWarnings } from '../contract/tokens.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** The names in the first column of the first table of a section; one cell may hold several. */
function named(path: string, heading: string, firstColumn: string): string[] {
  const section = read(path)
    .split(/^## /m)
    .find((one) => one.startsWith(`${heading}\n`));
  expect(section, `${path} has no section ${heading}`).toBeDefined();
  const rows = (section ?? '').split('\n').map((line) => line.split('|')[1]?.trim() ?? '');
  const from = rows.indexOf(firstColumn);
  expect(from, `${heading} has no table of ${firstColumn}`).toBeGreaterThan(-1);
  const end = rows.indexOf('', from);
  return rows.slice(from + 2, end).flatMap((cell) => cell.replaceAll('`', '').split(', '));
}

test.each([
  ['A scrape is refused', 'reason', scrapeRefusalReasonNames],
  ['Push, where nobody can scrape', 'reason', pushFailureReasonNames],
  ['What is wrong with a token', 'warning', tokenWarnings],
])('docs/operations.md, “%s”: the table has every %s that there is, and no other', (heading, column, names) => {
  expect(named('docs/operations.md', heading, column).toSorted()).toEqual([...names].toSorted());
});

test('a code of a refusal that a document names is one that there is', () => {
  const codes: readonly string[] = Object.keys(refusals);
  for (const path of ['docs/operations.md', 'docs/security.md', 'docs/catalogues.md', 'docs/alerts.md']) {
    const found = [...read(path).matchAll(/refused with\s+`(\w+)`/g)].map(([, code]) => code);
    for (const code of found) expect(codes, path).toContain(code);
  }
});

test('the oldest Grafana is the same wherever it stands', () => {
  const { dependencies } = JSON.parse(read('plugin.json')) as { dependencies: { grafanaDependency: string } };
  const [, oldest] = /^>=(\d+\.\d+)\.0$/.exec(dependencies.grafanaDependency) ?? [];
  expect(oldest).toBeDefined();
  for (const path of ['README.md', 'src/README.md', 'docs/operations.md']) {
    const said = [...read(path).matchAll(/Grafana (\d+\.\d+) (?:or|and) later/g)].map(([, version]) => version);
    expect([path, said]).toEqual([path, [oldest]]);
  }
  expect(read('.github/workflows/release.yaml')).toContain(`grafana: ['${oldest}.0', `);
});

test('what of an exporter’s text is refused on purpose stands in docs/catalogues.md', () => {
  const section =
    read('docs/catalogues.md')
      .split(/^## /m)
      .find((one) => one.startsWith('Local exporters\n')) ?? '';
  for (const { title, compared } of oddTexts) {
    if (compared === 'on purpose') expect(section).toContain(`- ${title.replace('text: ', '')}`);
  }
});
