import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { findMutants, instrument } from '../../scripts/mutate/mutants.mjs';
import { importersOf, relatedTests } from '../../scripts/mutate/related.mjs';

/** What is changed in a text, as `before -> after`. */
const changes = (text: string, options = {}) =>
  findMutants('a.ts', text, options).map(({ code, becomes }) => `${code} -> ${becomes}`);

/** The value that the last expression of a text has with each of its mutants, the text itself first. */
function valuesOf(text: string): unknown[] {
  const mutants = findMutants('a.ts', text);
  const source = `${instrument('a.ts', text, mutants)}\nresult;`;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  const run = (index: number): unknown => {
    try {
      return runInNewContext(outputText, { vitalsMutant: () => (one: number) => one === index });
    } catch (error) {
      return (error as Error).name;
    }
  };
  return [-1, ...mutants.map(({ index }) => index)].map(run);
}

describe('what is changed', () => {
  test.each([
    ['const a = b < 1;', ['< -> <=', '< -> >=', '1 -> 2', '1 -> 0']],
    ['const a = b === c;', ['=== -> !==']],
    ['const a = b && c;', ['&& -> ||', 'b && c -> b', 'b && c -> c']],
    ['const a = b ?? c;', ['b ?? c -> b', 'b ?? c -> c']],
    ['const a = b * c - d;', ['- -> +', '* -> /']],
    ['if (a) b();', ['a -> true', 'a -> false', 'b() -> undefined']],
    ['const a = !b ? c : d;', ['!b -> true', '!b -> false', '!b -> b']],
    ['const a = true;', ['true -> false']],
    ['const a = 60_000;', ['60_000 -> 120000', '60_000 -> 30000']],
    ['const a = -1;', ['-1 -> 1', '1 -> 2', '1 -> 0']],
    ['await handle.sync();', ['await handle.sync() -> undefined']],
    ['a = b; i++;', ['a = b -> undefined', 'i++ -> undefined']],
    ['const a = b?.c.d();', ['?. -> .']],
    ['const a = [b].filter(c);', ['[b].filter(c) -> [b]', '[b] -> []']],
    ['const a = b.some(c);', ['some -> every']],
    ["const a = db.where('at', '<', b);", ["db.where('at', '<', b) -> db", "'<' -> '<='"]],
    ['const a = /^b$/;', ['/^b$/ -> /b$/', '/^b$/ -> /^b/']],
    ["if (a === 'b') c();", ["a === 'b' -> true", "a === 'b' -> false", '=== -> !==', "'b' -> ''", 'c() -> undefined']],
    ['function f() { const a = b; return a; }', ['{ const a = b; return a; } -> {}', 'a -> undefined']],
    ['const f = () => a.b;', ['a.b -> undefined']],
  ])('%s', (text, expected) => {
    expect(changes(text).sort()).toEqual([...expected].sort());
  });

  test.each([
    'type A = B<1, true>; interface C { d: 1 | 2 }',
    "import a from 'b'; export * from 'c';",
    "throw new Error('no');",
    "logger.info({ n: b }, 'what happened');",
    'const [a, b] = c; const { d } = e;',
  ])('nothing in: %s', (text) => expect(changes(text)).toEqual([]));

  test('texts for people and log lines only where they are asked for', () => {
    const text = "logger.warn('what happened'); f('text');";
    expect(changes(text)).toEqual(["f('text') -> undefined"]);
    expect(changes(text, { messages: true })).toContain("logger.warn('what happened') -> undefined");
    expect(changes(text, { messages: true })).toContain("'text' -> ''");
  });

  test('each is told with its line', () => {
    expect(findMutants('a.ts', 'const a =\n  b === c;')).toMatchObject([{ line: 2, kind: 'operator', index: 0 }]);
  });
});

describe('with all of them compiled in', () => {
  test('the text does what it did, and with one of them on it does that', () => {
    expect(valuesOf('const result = [1, 2, 3].filter((one) => one > 1).length;').slice(0, 2)).toEqual([2, 3]);
    expect(valuesOf('let result = 1; result += 2;')).toEqual([3, 4, 2, 1, -1, 4, 2]);
  });

  test('a chain keeps its `this` and its short cut, and what is nested is switched for itself', () => {
    const text = `class A { n = 2; f(): number { return this.n * 2; } }
      const none: A | undefined = undefined as A | undefined;
      const result = (none?.f().toFixed(1).length ?? 7) + new A().f();`;
    const [before, ...after] = valuesOf(text);
    expect(before).toBe(11);
    expect(after).toContain('TypeError');
    expect(after).toContain(3);
  });

  test('every line stays where it is, also behind a `#!`', () => {
    const text = '#!/usr/bin/env node\nconst a = 1;\n\nconst b = a < 2;\n';
    const out = instrument('a.ts', text, findMutants('a.ts', text)).split('\n');
    expect(out).toHaveLength(5);
    expect(out[0]).toBe('#!/usr/bin/env node');
    expect(out[3]).toMatch(/^const b = \(isMutant/);
  });
});

describe('the tests of a source', () => {
  const sources = new Map([
    ['backend/audit/chain.ts', ''],
    ['backend/audit/log.ts', "import type { A } from './types.ts';\nimport { hash } from './chain.ts';"],
    ['backend/services.ts', "import * as log from './audit/log.ts';"],
    ['backend/alone.ts', "import type { A } from './audit/chain.ts';"],
    ['tests/backend/zebra.test.ts', "import { s } from '../../backend/services.ts';"],
    ['tests/backend/audit-list.test.ts', "const { s } = await import('../../backend/services.ts');"],
    ['tests/backend/near.test.ts', "import '../../backend/audit/chain.ts';"],
    ['tests/backend/alone.test.ts', "import '../../backend/alone.ts';"],
  ]);

  test('are those that load it, by whatever way; those that are named after it and those that are near come first', () => {
    expect(relatedTests(importersOf(sources), 'backend/audit/chain.ts')).toEqual([
      'tests/backend/audit-list.test.ts',
      'tests/backend/near.test.ts',
      'tests/backend/zebra.test.ts',
    ]);
  });
});
