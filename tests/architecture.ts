/** The rules of import direction, as a pure function over sources. `architecture.test.ts` applies them to the project. */
import { posix } from 'node:path';
import ts from 'typescript';

export type ImportKind = 'value' | 'type' | 'dynamic';

export interface Import {
  readonly from: string;
  /** A path from the project's root for a relative import, else the package's specifier. */
  readonly to: string;
  readonly isPackage: boolean;
  readonly kind: ImportKind;
}

/** Path from the project's root -> source text. */
export type Sources = Readonly<Record<string, string>>;

/** Every import of a file. `import { type A }` is a value import: the compiler keeps the module's loading. */
export function importsOf(from: string, source: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: ImportKind) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const isPackage = !specifier.text.startsWith('.');
    const to = isPackage ? specifier.text : posix.join(posix.dirname(from), specifier.text);
    found.push({ from, to, isPackage, kind });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'value');
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value');
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type');
    } else if (ts.isCallExpression(node)) {
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], 'dynamic');
      if (ts.isIdentifier(node.expression) && node.expression.text === 'require') add(node.arguments[0], 'value');
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, source, ts.ScriptTarget.Latest));
  return found;
}

const isIn = (folder: string, path: string) => path.startsWith(`${folder}/`);
const isNamed = (name: string, path: string) => posix.basename(path) === name;
const isPackage = (name: string, { isPackage, to }: Import) => isPackage && (to === name || isIn(name, to));

interface Rule {
  readonly sentence: string;
  readonly breaks: (one: Import) => boolean;
}

const registry = 'backend/metrics/registry.ts';
const grafanaSdk = '@grafana/grafana-foundation-sdk';

const rules: readonly Rule[] = [
  {
    sentence: 'contract/ imports only contract/ and typebox; contract/dashboards/ also Grafana’s SDK',
    breaks: (one) => {
      if (!isIn('contract', one.from)) return false;
      if (!one.isPackage) return !isIn('contract', one.to);
      return !isPackage('typebox', one) && !(isPackage(grafanaSdk, one) && isIn('contract/dashboards', one.from));
    },
  },
  {
    sentence: 'backend/ imports only backend/, contract/ and packages',
    breaks: ({ from, to, isPackage }) =>
      isIn('backend', from) && !isPackage && !isIn('backend', to) && !isIn('contract', to),
  },
  {
    sentence: 'src/ imports only src/, contract/, plugin.json, the text of documents and packages',
    breaks: ({ from, to, isPackage }) =>
      isIn('src', from) &&
      !isPackage &&
      !isIn('src', to) &&
      !isIn('contract', to) &&
      to !== 'plugin.json' &&
      !/^docs\/(?:catalogues\/)?[a-z-]+\.md\?raw$/.test(to),
  },
  {
    sentence: 'routes.ts reaches the database through a service (types are fine)',
    breaks: ({ from, to, kind }) =>
      isIn('backend', from) &&
      isNamed('routes.ts', from) &&
      kind !== 'type' &&
      (isNamed('store.ts', to) || isIn('backend/database', to)),
  },
  {
    sentence: 'store.ts imports no service and no routes',
    breaks: ({ from, to }) =>
      isIn('backend', from) && isNamed('store.ts', from) && (isNamed('service.ts', to) || isNamed('routes.ts', to)),
  },
  {
    sentence: 'service.ts imports no routes',
    breaks: ({ from, to }) => isIn('backend', from) && isNamed('service.ts', from) && isNamed('routes.ts', to),
  },
  {
    sentence: 'only backend/database/ imports better-sqlite3',
    breaks: (one) =>
      isIn('backend', one.from) && isPackage('better-sqlite3', one) && !isIn('backend/database', one.from),
  },
  {
    sentence: 'only backend/metrics/ imports prom-client',
    breaks: (one) => isIn('backend', one.from) && isPackage('prom-client', one) && !isIn('backend/metrics', one.from),
  },
  {
    sentence: `${registry} is loaded by a dynamic import only, outside of backend/scrape/`,
    breaks: ({ from, to, kind }) =>
      isIn('backend', from) && to === registry && kind === 'value' && !isIn('backend/scrape', from),
  },
];

/**
 * Folders from the top of the house to its bottom. A file may import from the folders below its own, at any depth, and from
 * none beside or above it; so folders form no circle. A folder is the directory itself, without what lies in it.
 */
export type Floors = readonly (readonly string[])[];

/** Imports, of types too, that go up, sideways, or to a folder that stands on no floor. */
export function floorViolations(imports: readonly Import[], floors: Floors): string[] {
  const floorOf = new Map(floors.flatMap((folders, floor) => folders.map((folder) => [folder, floor] as const)));
  const roots = new Set([...floorOf.keys()].map((folder) => folder.split('/')[0]));
  const found = new Set<string>();
  for (const { from, to, isPackage } of imports) {
    if (isPackage || !roots.has(from.split('/')[0]) || !roots.has(to.split('/')[0])) continue;
    const [source, target] = [posix.dirname(from), posix.dirname(to)];
    if (source === target || to.endsWith('?raw')) continue; // a document's text is no code
    const [above, below] = [floorOf.get(source), floorOf.get(target)];
    if (above === undefined || below === undefined) {
      found.add(`${above === undefined ? source : target} stands on no floor: give it one in tests/floors.ts`);
    } else if (below <= above) {
      found.add(`${from} imports ${to}: ${source} does not stand above ${target} (tests/floors.ts)`);
    }
  }
  return [...found];
}

/** The first way from `start` along `next` to a node that is wanted. */
function way(
  start: string,
  next: (node: string) => readonly string[],
  isWanted: (node: string) => boolean,
): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const seen = new Set<string>();
  const queue = [start];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    for (const target of next(node)) {
      if (isWanted(target)) {
        const path = [target];
        for (let step: string | undefined = node; step !== undefined; step = cameFrom.get(step)) path.unshift(step);
        return path;
      }
      if (seen.has(target) || target === start) continue;
      seen.add(target);
      cameFrom.set(target, node);
      queue.push(target);
    }
  }
  return undefined;
}

function targets(imports: readonly Import[]): (from: string) => readonly string[] {
  const graph = new Map<string, string[]>();
  for (const { from, to } of imports) graph.set(from, [...(graph.get(from) ?? []), to]);
  return (from) => graph.get(from) ?? [];
}

/** No two files need each other, not even for their types, by however long a way. */
function cycles(imports: readonly Import[]): string[] {
  const next = targets(imports);
  const found = new Map<string, string>();
  for (const start of new Set(imports.map(({ from }) => from))) {
    const path = way(start, next, (node) => node === start);
    if (path) found.set([...new Set(path)].sort().join(), path.join(' -> '));
  }
  return [...found.values()].map((path) => `import cycle: ${path}`);
}

/**
 * Packages that no entry reaches by static imports alone: prom-client, of which nothing is loaded while the scrape
 * endpoint is off, and Grafana's SDK, which only what generates loads.
 */
function eagerPackages(imports: readonly Import[]): string[] {
  const next = targets(imports.filter(({ kind }) => kind === 'value'));
  const entries = ['backend/app.ts', 'backend/server.ts', 'backend/cli/vitals.ts', 'src/module.tsx'];
  return entries.flatMap((entry) =>
    ['prom-client', grafanaSdk].flatMap((name) => {
      const path = way(entry, next, (node) => node === name || isIn(name, node));
      return path ? [`${name} is loaded although it may not be needed: ${path.join(' -> ')}`] : [];
    }),
  );
}

/** Every breach of the rules, as one sentence each. */
export function violations(sources: Sources): string[] {
  const imports = Object.entries(sources).flatMap(([path, source]) => importsOf(path, source));
  const broken = imports.flatMap((one) =>
    rules.filter((rule) => rule.breaks(one)).map((rule) => `${one.from} imports ${one.to}: ${rule.sentence}`),
  );
  return [...broken, ...cycles(imports), ...eagerPackages(imports)];
}
