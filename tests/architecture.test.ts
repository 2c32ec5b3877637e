import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { floorViolations, importsOf, violations, type Sources } from './architecture.ts';
import { appFloors, backendFloors } from './floors.ts';

const root = join(import.meta.dirname, '..');

function projectSources(): Sources {
  const folders = ['contract', 'backend', 'src'].filter((folder) => existsSync(join(root, folder)));
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

test('imports run one way through the project', () => {
  const sources = projectSources();
  expect(Object.keys(sources)).toContain('contract/metrics.ts');
  expect(violations(sources)).toEqual([]);
});

describe.each([
  ['backend', backendFloors],
  ['src', appFloors],
])('folders of %s', (top, floors) => {
  const sources = projectSources();
  const imports = Object.entries(sources).flatMap(([path, source]) => importsOf(path, source));
  const inHere = (path: string) => path.startsWith(`${top}/`) || path.startsWith('contract/');

  test('import only from the floors below their own', () => {
    const here = imports.filter(({ from, to }) => inHere(from) && inHere(to));
    expect(here.length).toBeGreaterThan(500);
    expect(floorViolations(here, floors)).toEqual([]);
  });

  test('stand on one floor each, and no floor has a folder that is gone', () => {
    const folders = new Set(
      Object.keys(sources)
        .filter(inHere)
        .map((path) => path.slice(0, path.lastIndexOf('/'))),
    );
    expect(floors.flat().toSorted()).toEqual([...folders].sort());
  });

  const lowest = floors.findLast(([folder]) => folder?.startsWith(`${top}/`))?.[0] ?? '';
  test.each([
    ['an import that goes up', lowest, top],
    ['an import of a type that goes up', lowest, floors[1]?.[0] ?? ''],
    ['an import of a folder that stands nowhere', top, `${top}/nowhere`],
  ])('%s is found', (_name, from, to) => {
    const up = { from: `${from}/a.ts`, to: `${to}/b.ts`, isPackage: false, kind: 'type' } as const;
    expect(floorViolations([up], floors)).toHaveLength(1);
  });

  test('a circle of two folders is found, wherever they stand', () => {
    const folders = floors.flat();
    for (const [at, one] of folders.entries()) {
      const other = folders[(at + 1) % folders.length] ?? '';
      const there = { from: `${one}/a.ts`, to: `${other}/b.ts`, isPackage: false, kind: 'value' } as const;
      const back = { ...there, from: there.to, to: there.from };
      expect(floorViolations([there, back], floors)).not.toEqual([]);
    }
  });
});

describe('each rule catches its violation', () => {
  const caught: [string, Sources][] = [
    ['contract -> backend', { 'contract/api.ts': `import { a } from '../backend/app.ts';` }],
    ['contract -> a package', { 'contract/api.ts': `import type { A } from 'fastify';` }],
    ['contract -> a package whose name begins alike', { 'contract/api.ts': `import a from 'typebox-more';` }],
    ['backend -> src', { 'backend/app.ts': `export * from '../src/App.tsx';` }],
    ['backend -> tests, by a type', { 'backend/app.ts': `type A = import('../tests/tools.ts').ToolName;` }],
    ['src -> backend, by a type', { 'src/App.tsx': `import type { A } from '../backend/app.ts';` }],
    ['routes -> store', { 'backend/tokens/routes.ts': `import { find } from './store.ts';` }],
    ['routes -> store, types among values', { 'backend/tokens/routes.ts': `import { type Row } from './store.ts';` }],
    ['routes -> database', { 'backend/audit/routes.ts': `import { open } from '../database/connection.ts';` }],
    ['store -> service', { 'backend/tokens/store.ts': `import type { Tokens } from './service.ts';` }],
    ['store -> routes', { 'backend/tokens/store.ts': `import { routes } from '../audit/routes.ts';` }],
    ['service -> routes', { 'backend/tokens/service.ts': `import { routes } from './routes.ts';` }],
    ['better-sqlite3 outside the database', { 'backend/tokens/store.ts': `import type D from 'better-sqlite3';` }],
    ['better-sqlite3, required', { 'backend/cli/vitals.ts': `const open = require('better-sqlite3');` }],
    ['prom-client outside of the metrics', { 'backend/tokens/service.ts': `import { Gauge } from 'prom-client';` }],
    ['a static import of the registry', { 'backend/app.ts': `import { make } from './metrics/registry.ts';` }],
    [
      'prom-client loaded at start, by a way round',
      {
        'backend/app.ts': `import { route } from './scrape/route.ts';`,
        'backend/scrape/route.ts': `import { make } from '../metrics/registry.ts';`,
        'backend/metrics/registry.ts': `import { Registry } from 'prom-client';`,
      },
    ],
    [
      'Grafana’s SDK in the contract outside of its dashboards',
      { 'contract/alerts/appliance.ts': `import { Rule } from '@grafana/grafana-foundation-sdk/alerting';` },
    ],
    [
      'Grafana’s SDK loaded by the backend, by a way round',
      {
        'backend/app.ts': `import { pages } from '../contract/documents/generated-files.ts';`,
        'contract/documents/generated-files.ts': `export * from '../dashboards/render.ts';`,
        'contract/dashboards/render.ts': `import { P } from '@grafana/grafana-foundation-sdk/stat';`,
      },
    ],
    [
      'a cycle of three files',
      {
        'backend/a.ts': `import './b.ts';`,
        'backend/b.ts': `export { c } from './c.ts';`,
        'backend/c.ts': `const a = await import('./a.ts');`,
      },
    ],
    ['a cycle by a type', { 'src/a.ts': `import './b.ts';`, 'src/b.ts': `import type { A } from './a.ts';` }],
    ['a file that imports itself', { 'backend/a.ts': `import './a.ts';` }],
  ];
  test.each(caught)('%s', (_name, sources) => expect(violations(sources)).toHaveLength(1));
});

describe('what the design allows stays allowed', () => {
  const allowed: [string, Sources][] = [
    ['contract -> contract and typebox', { 'contract/api.ts': `import 'typebox/value'; import './roles.ts';` }],
    [
      'backend -> contract, packages, node',
      { 'backend/app.ts': `import 'fastify'; import 'node:fs'; import '../contract/api.ts';` },
    ],
    ['routes -> service', { 'backend/tokens/routes.ts': `import { create } from './service.ts';` }],
    ['routes -> a type of the store', { 'backend/tokens/routes.ts': `import type { Row } from './store.ts';` }],
    ['the database -> better-sqlite3', { 'backend/database/connection.ts': `import Database from 'better-sqlite3';` }],
    [
      'the registry, loaded when it is needed',
      {
        'backend/app.ts': `import type { R } from './metrics/registry.ts'; await import('./metrics/registry.ts');`,
        'backend/metrics/registry.ts': `import { Registry } from 'prom-client';`,
      },
    ],
    [
      'Grafana’s SDK for dashboards, loaded when a command asks for it',
      {
        'contract/dashboards/render.ts': `import { P } from '@grafana/grafana-foundation-sdk/stat';`,
        'backend/cli/vitals.ts': `const { render } = await import('../contract/dashboards/render.ts');`,
      },
    ],
    [
      'words in a comment or a string',
      { 'backend/a.ts': `// import 'prom-client'\nexport const a = "import 'prom-client'";` },
    ],
  ];
  test.each(allowed)('%s', (_name, sources) => expect(violations(sources)).toEqual([]));
});

test('imports are told apart by kind', () => {
  const source = `
    import a from './a.ts';
    import type { B } from '../b.ts';
    export type { C } from './c.ts';
    export * from 'd';
    const e = await import('./e.ts');
    type F = typeof import('./f.ts');
    import { type G } from './g.ts';`;
  expect(importsOf('backend/x/y.ts', source).map(({ to, kind }) => `${kind} ${to}`)).toEqual([
    'value backend/x/a.ts',
    'type backend/b.ts',
    'type backend/x/c.ts',
    'value d',
    'dynamic backend/x/e.ts',
    'type backend/x/f.ts',
    'value backend/x/g.ts',
  ]);
});
