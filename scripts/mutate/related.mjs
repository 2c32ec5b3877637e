/** Which test files may notice a change in a source file, nearest first. */
import { posix } from 'node:path';

/** What a file loads, as the text says it; types alone load nothing. */
const imports =
  /(?:^|[\s;{(])(?:import|export)\s+(?!type\b)[^'";]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|import\s+'([^']+)'/g;

/**
 * @param {ReadonlyMap<string, string>} sources path from the project's root -> text
 * @returns {Map<string, Set<string>>} file -> the files that load it
 */
export function importersOf(sources) {
  /** @type {Map<string, Set<string>>} */
  const importers = new Map();
  for (const [file, text] of sources) {
    for (const [, first, second, third] of text.matchAll(imports)) {
      const name = first ?? second ?? third ?? '';
      if (!name.startsWith('.')) continue;
      const target = posix.join(posix.dirname(file), name);
      if (!sources.has(target)) continue;
      const known = importers.get(target) ?? new Set();
      importers.set(target, known.add(file));
    }
  }
  return importers;
}

/**
 * Test files that load a source: those whose name begins as its folder's, or as its own, then those with the shortest way.
 * @param {ReadonlyMap<string, ReadonlySet<string>>} importers @param {string} source
 */
export function relatedTests(importers, source) {
  const distance = new Map([[source, 0]]);
  for (const [file, steps] of distance) {
    for (const importer of importers.get(file) ?? []) if (!distance.has(importer)) distance.set(importer, steps + 1);
  }
  const names = [posix.basename(source, '.ts'), ...posix.dirname(source).split('/').slice(1)];
  const stems = names.map((name) => name.replace(/s$/, ''));
  /** @param {string} test */
  const rank = (test) => {
    const isNamed = stems.some((stem) => posix.basename(test).startsWith(stem));
    return (distance.get(test) ?? 0) - (isNamed ? 2.5 : 0);
  };
  return [...distance.keys()].filter((file) => file.endsWith('.test.ts')).sort((a, b) => rank(a) - rank(b));
}
