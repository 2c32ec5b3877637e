import { describe, expect, test } from 'vitest';
import { checkCatalogues, loadCatalogues } from '../../backend/catalogues/check.ts';
import { greenhouse, shippedFiles, writeCatalogue } from '../support/catalogues.ts';

const renamed = greenhouse.replaceAll('greenhouse', 'orchard').replaceAll('Greenhouse', 'Orchard');
const check = (...texts: string[]) => checkCatalogues(texts.map((text) => writeCatalogue(text)));
const close = (text: string) =>
  text.replace('scope: inventory', 'scope: platform-health').replaceAll(/\{ open: true, max: \d+ \}/g, '[a]');

test('catalogues that have nothing in common go together, and so do those that are shipped', () => {
  expect(check(greenhouse, renamed).map(({ findings }) => findings)).toEqual([[], []]);
  expect(loadCatalogues(shippedFiles)).toHaveLength(5);
});

describe('what clashes is an error of the later file, where it stands', () => {
  const clashes: [what: string, first: string, second: string, line: number, message: RegExp][] = [
    ['the id', greenhouse, renamed.replace('id: orchard', 'id: greenhouse'), 1, /called greenhouse, too/],
    ['the namespace', greenhouse, greenhouse.replace('id: greenhouse', 'id: other'), 4, /is a namespace of greenhouse/],
    [
      'a namespace that another has as a prefix',
      greenhouse.replace('scope: inventory', 'prefixes: [orchard]\nscope: inventory'),
      renamed,
      4,
      /orchard is a namespace of greenhouse/,
    ],
    [
      'a prefix that is the namespace of another',
      greenhouse,
      renamed.replace('scope: inventory', 'prefixes: [greenhouse]\nscope: inventory'),
      5,
      /greenhouse is the namespace of greenhouse/,
    ],
    ['an alert', greenhouse, renamed.replace('OrchardTooHot', 'GreenhouseTooHot'), 32, /is an alert of greenhouse/],
  ];
  test.each(clashes)('%s', (_what, first, second, line, message) => {
    const [one, other] = check(first, second);
    expect(one!.described).toBeDefined();
    expect(other!.findings).toContainEqual(
      expect.objectContaining({ rule: 'clash', severity: 'error', line, message: expect.stringMatching(message) }),
    );
    expect(other!.described).toBeUndefined();
    const files = [first, second].map((text) => writeCatalogue(text));
    expect(() => loadCatalogues(files)).toThrow(message);
  });
});

describe('names outside of the namespace', () => {
  const http = '  http_requests_total: { type: counter, help: Requests. }\ndashboard:';
  const withHttp = (text: string) => text.replace('scope:', 'prefixes: [http]\nscope:').replace('dashboard:', http);

  test('may be shared where each catalogue has an endpoint of its own, not where they come out of the same', () => {
    expect(check(withHttp(greenhouse), withHttp(renamed)).flatMap(({ findings }) => findings)).toEqual([]);
    const [, second] = check(close(withHttp(greenhouse)), close(withHttp(renamed)));
    expect(second!.findings).toMatchObject([{ rule: 'clash', path: 'families.http_requests_total' }]);
  });

  test('may be those of our own process in an inventory, and may not beside our own families', () => {
    const ours = (text: string) =>
      text
        .replace('scope:', 'prefixes: [process]\nscope:')
        .replace('dashboard:', '  process_open_fds: { type: gauge, help: Files. }\ndashboard:');
    expect(check(ours(greenhouse))[0]!.findings).toEqual([]);
    expect(check(close(ours(greenhouse)))[0]!.findings).toMatchObject([
      { rule: 'clash', path: 'families.process_open_fds', message: expect.stringContaining('of the appliance itself') },
    ]);
  });
});
