/**
 * `npm run mutate -- PATH[:LINE] … [--tests PART] [--files N] [--messages] [--list]`: changes the named source files, or
 * those in the named folders, in one place at a time, runs the tests that come by that place, and says which changes no
 * test noticed. No file is changed: the changes are compiled in, each behind a switch.
 *
 * Tried are the N test files nearest to each source (12 unless given), or those whose path contains PART (several, with
 * commas). Left out are texts for people and log lines, unless `--messages` is given, and what
 * `tests/mutants/equivalent.json` says is no change at all. `--list` only shows what would be changed.
 */
import { mkdtempSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createVitest } from 'vitest/node';
import { findMutants, instrument } from './mutate/mutants.mjs';
import { importersOf, relatedTests } from './mutate/related.mjs';
import { Stop, root, runMain } from './run.mjs';

/** @typedef {import('./mutate/mutants.mjs').Mutant} Mutant @typedef {import('./mutate/runner.mjs').Result} Result */
/** @typedef {'killed' | 'survived' | 'timeout' | 'not reached' | 'equivalent'} End */
/** @typedef {Mutant & { end: End, by?: string, because?: string }} Tried */
/** @typedef {{ file: string, text: string, mutants: Tried[], tests: string[] }} Source */
/** @typedef {{ file: string, code: string, becomes: string, because: string, near?: string }} Equivalent */

const EQUIVALENT = 'tests/mutants/equivalent.json';
/** A process that says nothing for so long is ended, and the mutant that it was at counts as noticed. */
const SILENCE_MS = 60_000;
/** The longest that a test may take with a mutant. */
const TEST_MS = 10_000;

/** @param {string} folder @returns {string[]} */
function typescriptIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}

/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');

/**
 * The files that are named, each with the lines that are, if any.
 * @param {readonly string[]} paths @returns {Map<string, Set<number> | undefined>}
 */
function namedFiles(paths) {
  /** @type {Map<string, Set<number> | undefined>} */
  const named = new Map();
  for (const given of paths) {
    const [, path = given, line] = /^(.*?)(?::(\d+))?$/.exec(given) ?? [];
    const file = relative(root, resolve(path)).replaceAll('\\', '/');
    if (!existsSync(join(root, file))) throw new Stop(`There is no ${path}.`, 2);
    const files = statSync(join(root, file)).isDirectory() ? typescriptIn(file) : [file];
    for (const one of files.sort()) {
      named.set(one, line === undefined ? undefined : (named.get(one) ?? new Set()).add(Number(line)));
    }
  }
  return named;
}

/** @param {{ paths: string[], tests: string | undefined, most: number, messages: boolean }} options @returns {Source[]} */
function readSources({ paths, tests: part, most, messages }) {
  /** @type {Equivalent[]} */
  const equivalents = existsSync(join(root, EQUIVALENT)) ? JSON.parse(read(EQUIVALENT)) : [];
  const all = ['backend', 'contract', 'tests/backend', 'tests/support'].flatMap(typescriptIn);
  const importers = importersOf(new Map(all.map((path) => [path, read(path)])));
  return [...namedFiles(paths)].map(([file, lines]) => {
    const text = read(file);
    const textLines = text.split('\n');
    const mutants = findMutants(file, text, { messages })
      .filter(({ line }) => !lines || lines.has(line))
      .map((mutant) => {
        const same = equivalents.find(
          (one) =>
            one.file === file &&
            one.code === mutant.code &&
            one.becomes === mutant.becomes &&
            (one.near === undefined || textLines[mutant.line - 1]?.includes(one.near)),
        );
        /** @type {Tried} */
        const tried = same
          ? { ...mutant, end: 'equivalent', because: same.because }
          : { ...mutant, end: 'not reached' };
        return tried;
      });
    const related = relatedTests(importers, file);
    const tests =
      part === undefined
        ? related.slice(0, most)
        : related.filter((test) => part.split(',').some((one) => test.includes(one)));
    return { file, text, mutants, tests };
  });
}

/** What still lives of each source that a test file is tried on. @param {readonly Source[]} sources @param {string} test */
function aliveFor(sources, test) {
  const concerned = sources.filter(({ tests }) => tests.includes(test));
  const living = concerned.map(({ file, mutants }) => {
    const alive = mutants.filter(({ end }) => end === 'survived' || end === 'not reached');
    return /** @type {const} */ ([file, alive.map(({ index }) => index)]);
  });
  return Object.fromEntries(living.filter(([, alive]) => alive.length > 0));
}

/** @param {string} file @returns {Result[]} */
function readResults(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Processes that were started since, and have not ended. @param {ReadonlySet<number>} before */
const childrenSince = (before) => children().filter((pid) => !before.has(pid));

/** The process ids of our own children, where the system tells them. */
function children() {
  try {
    return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/**
 * Tries what lives on one test file, in as many processes as it takes.
 * @param {{ sources: readonly Source[], test: string, folder: string }} work
 * @param {(results: string) => Promise<void>} runTests
 */
async function tryOn({ sources, test, folder }, runTests) {
  /** What this test file has had its say on. @type {Set<string>} */
  const tried = new Set();
  for (let round = 0; ; round++) {
    const alive = aliveFor(sources, test);
    if (Object.keys(alive).length === 0) return;
    const results = join(folder, `results-${test.replaceAll('/', '-')}-${round}`);
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ alive: without(alive, tried), results }));
    await runTests(results);
    const isDone = take({ sources, test, tried }, readResults(results));
    if (isDone) return;
  }
}

/** @param {Record<string, number[]>} alive @param {ReadonlySet<string>} tried */
function without(alive, tried) {
  return Object.fromEntries(
    Object.entries(alive).map(([file, indexes]) => [file, indexes.filter((index) => !tried.has(`${file} ${index}`))]),
  );
}

/**
 * Writes down what came of a process.
 * @param {{ sources: readonly Source[], test: string, tried: Set<string> }} work @param {readonly Result[]} results
 * @returns {boolean} whether all is done
 */
function take({ sources, test, tried }, results) {
  /** @param {string} file @param {number} index */
  const find = (file, index) => {
    const found = sources.find((one) => one.file === file)?.mutants.find((one) => one.index === index);
    if (!found) throw new Error(`there is no mutant ${index} of ${file}`);
    return found;
  };
  /** @type {Tried | undefined} */
  let begun;
  let isDone = false;
  for (const result of results) {
    if ('done' in result) isDone = result.done;
    else if ('begun' in result) {
      begun = find(result.begun.file, result.begun.index);
      tried.add(`${result.begun.file} ${result.begun.index}`);
    } else if ('tests' in result) {
      if (result.red.length > 0) console.log(`  red without a mutant, left out: ${result.red.join('; ')}`);
      if (result.tests === 0) return true;
    } else {
      begun = undefined;
      const mutant = find(result.file, result.index);
      if (mutant.end !== 'killed') mutant.end = result.end;
      if (result.by !== undefined) mutant.by = `${test}: ${result.by}`;
    }
  }
  if (begun) {
    begun.end = 'timeout';
    begun.by = test;
  }
  // A process that said nothing at all would say nothing the next time, either.
  return isDone || (!begun && !results.some((result) => 'done' in result));
}

/** @param {readonly Source[]} sources */
async function tryAll(sources) {
  const folder = mkdtempSync(join(tmpdir(), 'vitals-mutants-'));
  const byFile = new Map(sources.map((source) => [join(root, source.file), source]));
  process.env.VITALS_MUTATION_PLAN = join(folder, 'plan.json');
  process.env.CI = 'true'; // no snapshot is written
  const vitest = await createVitest(
    'test',
    {
      config: false,
      root,
      pool: 'forks',
      maxWorkers: 1,
      watch: false,
      include: ['tests/backend/**/*.test.ts'],
      runner: join(root, 'scripts/mutate/runner.mjs'),
      reporters: [{}],
      testTimeout: TEST_MS,
      hookTimeout: TEST_MS,
      env: { TZ: 'UTC' },
      dangerouslyIgnoreUnhandledErrors: true,
      onConsoleLog: () => false,
    },
    {
      logLevel: 'silent',
      plugins: [
        {
          name: 'mutants',
          enforce: 'pre',
          transform(_code, id) {
            const source = byFile.get(id.replace(/\?.*$/, ''));
            if (!source) return undefined;
            const mutants = source.mutants.filter(({ end }) => end !== 'equivalent');
            return { code: instrument(source.file, source.text, mutants), map: null };
          },
        },
      ],
    },
  );
  try {
    await vitest.standalone();
    const project = vitest.getRootProject();
    const tests = inTurn(sources);
    for (const [count, test] of tests.entries()) {
      const living = Object.values(aliveFor(sources, test)).flat().length;
      if (living === 0) continue;
      console.log(`${test} (${count + 1} of ${tests.length}, ${living} to try)`);
      await tryOn({ sources, test, folder }, async (results) => {
        const before = new Set(children());
        let size = -1;
        const watch = setInterval(() => {
          const now = existsSync(results) ? statSync(results).size : 0;
          if (now === size) for (const pid of childrenSince(before)) process.kill(pid, 'SIGKILL');
          size = now;
        }, SILENCE_MS);
        try {
          await vitest.runTestSpecifications([project.createSpecification(join(root, test))], false);
        } catch {
          // a process that was ended, or that ended itself: what it was at is in the results
        } finally {
          clearInterval(watch);
        }
      });
    }
  } finally {
    await vitest.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every test file that some source wants, those first that are near to many. @param {readonly Source[]} sources */
function inTurn(sources) {
  /** @type {Map<string, number>} */
  const weight = new Map();
  for (const { tests } of sources) {
    tests.forEach((test, place) => weight.set(test, (weight.get(test) ?? 0) + 1 / (place + 1)));
  }
  return [...weight].sort(([, a], [, b]) => b - a).map(([test]) => test);
}

/** @param {Tried} mutant @param {string} file */
function line(mutant, file) {
  const { line: at, end, kind, code, becomes, because } = mutant;
  return `  ${file}:${at}  ${end}  ${kind}: \`${code.slice(0, 100)}\` -> \`${becomes.slice(0, 100)}\`${because === undefined ? '' : ` (${because})`}`;
}

/** @param {readonly Source[]} sources @returns {number} how many survived */
function report(sources) {
  let [allNoticed, allCounted] = [0, 0];
  for (const { file, mutants } of sources) {
    const counted = mutants.filter(({ end }) => end !== 'equivalent');
    const noticed = counted.filter(({ end }) => end === 'killed' || end === 'timeout');
    allNoticed += noticed.length;
    allCounted += counted.length;
    if (mutants.length === 0) continue;
    console.log(`${file}: ${score(noticed.length, counted.length)}`);
    for (const mutant of mutants)
      if (mutant.end !== 'killed' && mutant.end !== 'timeout') console.log(line(mutant, file));
  }
  console.log(`all: ${score(allNoticed, allCounted)}`);
  return allCounted - allNoticed;
}

/** @param {number} noticed @param {number} counted */
function score(noticed, counted) {
  const percent = counted === 0 ? 100 : (100 * noticed) / counted;
  return `${percent.toFixed(1)} % (${noticed} of ${counted} noticed)`;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tests: { type: 'string' },
      files: { type: 'string', default: '12' },
      messages: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  if (positionals.length === 0) throw new Stop('Name the source files or folders: npm run mutate -- backend/audit', 2);
  const { tests, messages } = values;
  const sources = readSources({ paths: positionals, tests, most: Number(values.files), messages });
  if (values.list) {
    for (const { file, mutants } of sources) for (const mutant of mutants) console.log(line(mutant, file));
    return 0;
  }
  await tryAll(sources);
  report(sources);
  return 0;
}

await runMain(main);
