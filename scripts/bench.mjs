/**
 * `npm run bench [-- NAME … | --write | --compare BASE [NAME …]] [--rounds N] [--json]`: runs each benchmark in a process of
 * its own. `--write` makes docs/performance.md of a whole run; `--compare` measures another revision and this one by turns
 * and fails where this one lost.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { withCheckout } from './bench/checkout.mjs';
import { compare, comparisonTable, lossSentence, losses, notJudged } from './bench/compare.mjs';
import { documentOf, thisMachine } from './bench/document.mjs';
import { readFigure, rowOf, table } from './bench/figures.mjs';
import { ensureBundles } from './bundles.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { Stop, root, runMain } from './run.mjs';

/** @typedef {import('./bench/figures.mjs').Figure} Figure @typedef {import('./bench/compare.mjs').Pair} Pair */

const sources = join(root, 'tests', 'bench');
const suffix = '.bench.ts';
/** They take minutes each, so they run where they are named; some of what the document says is from them. */
const onlyByName = ['admin', 'fresh-start', 'lists', 'page'];
const forDocument = ['fresh-start', 'page'];
/** What they measure is loaded by a browser. */
const inBrowser = ['bundle', 'page'];
/** In a comparison: fewer rounds in a run, and more runs. */
const PAIRS = 3;
const ROUNDS_OF_A_RUN = 2;

/** Names of the benchmarks, by their sources, so that what was removed is not run from an old build. */
function names() {
  if (!existsSync(sources)) return [];
  const files = readdirSync(sources).filter((file) => file.endsWith(suffix));
  return files.map((file) => file.slice(0, -suffix.length)).sort();
}

/** @param {string[]} asked */
function select(asked) {
  const known = names();
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Stop(`There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ') || 'none yet'}.`, 2);
  }
  if (known.length === 0) throw new Stop('There is no benchmark in tests/bench yet.');
  return asked.length > 0 ? asked : known.filter((name) => !onlyByName.includes(name));
}

/**
 * Runs one benchmark. A signal ends it, and then us.
 * @param {string} name @param {{product?: string, rounds?: number | undefined}} [options] `product`: the checkout whose build is measured
 * @returns {Promise<Figure[]>}
 */
async function measure(name, { product = root, rounds } = {}) {
  const file = join(root, 'build', 'tests', 'bench', `${name}.bench.js`);
  const env = {
    ...process.env,
    VITALS_BENCH_PRODUCT: product,
    ...(rounds !== undefined && { VITALS_BENCH_ROUNDS: String(rounds) }),
  };
  const child = spawn(process.execPath, [file], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const state = { isInterrupted: false };
  const interrupt = () => {
    state.isInterrupted = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  /** @type {Promise<number>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  /** @type {Figure[]} */
  const figures = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const found = readFigure(line);
    if (found) figures.push(found);
    else console.error(line);
  }
  const code = await ended;
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  if (state.isInterrupted) throw new Stop('', 130);
  if (code !== 0) throw new Stop(`The benchmark ${name} failed; see the lines above.`);
  return figures;
}

/** @param {string[]} selected @param {{rounds: number | undefined, json: boolean, write: boolean}} options */
async function measureAll(selected, { rounds, json, write }) {
  /** @type {import('./bench/figures.mjs').Row[]} */
  const rows = [];
  /** @type {string[]} */
  const failed = [];
  for (const name of selected) {
    console.error(`Measuring ${name} …`);
    try {
      for (const figure of await measure(name, { rounds })) {
        rows.push(rowOf(figure));
        if (json) console.log(JSON.stringify(rows.at(-1)));
      }
    } catch (error) {
      if (!(error instanceof Stop) || error.message === '') throw error;
      failed.push(name);
    }
  }
  if (!json && rows.length > 0) console.log(table(rows).join('\n'));
  const missed = rows.filter(({ isMet }) => isMet === false).map(({ name }) => name);
  if (missed.length > 0) console.error(`Missed: ${missed.join('; ')}.`);
  if (failed.length > 0) throw new Stop(`These benchmarks failed: ${failed.join(', ')}.`);
  if (rows.length === 0) throw new Stop('No benchmark printed a figure.');
  if (write) await writeDocument(documentOf(rows, thisMachine()));
}

/** @param {string} text */
async function writeDocument(text) {
  const { format, resolveConfig } = await import('prettier');
  const file = join(root, 'docs', 'performance.md');
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
}

/**
 * Measures a benchmark of both versions by turns. A machine does other things, too: what looks like a loss is measured
 * again before it is believed.
 * @param {string} name @param {string} baseFolder @param {number} rounds @returns {Promise<Pair[]>}
 */
async function measurePairs(name, baseFolder, rounds) {
  /** @type {Pair[]} */
  const pairs = [];
  for (let most = PAIRS; pairs.length < most;) {
    console.error(`Measuring ${name}, base and head, ${pairs.length + 1} of ${most} …`);
    const base = await measure(name, { product: baseFolder, rounds }).catch(noFigures);
    pairs.push({ base, head: await measure(name, { rounds }) });
    if (pairs.length === PAIRS && losses(compare(pairs)).length > 0) most = 2 * PAIRS;
  }
  return pairs;
}

/** What cannot be measured of an older version is said and not judged. @param {unknown} error @returns {Figure[]} */
function noFigures(error) {
  if (!(error instanceof Stop) || error.message === '') throw error;
  console.error(error.message);
  return [];
}

/** @param {string} base @param {string[]} selected @param {number} rounds */
async function compareWith(base, selected, rounds) {
  /** @type {Pair[][]} */
  const measured = [];
  await withCheckout(base, { bundles: selected.some((name) => inBrowser.includes(name)) }, async (folder) => {
    for (const name of selected) measured.push(await measurePairs(name, folder, rounds));
  });
  const rows = measured.flatMap(compare);
  console.log(comparisonTable(rows).join('\n'));
  const left = measured.flatMap(notJudged);
  if (left.length > 0) console.log(`Not judged, because one side has no such number: ${left.join('; ')}.`);
  if (rows.length === 0) throw new Stop('There is nothing that both sides have.');
  const lost = losses(rows);
  if (lost.length > 0) throw new Stop(lossSentence(lost, base));
}

/** @param {string | undefined} text */
function readRounds(text) {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(text)) throw new Stop('--rounds: give a number from 1 to 99.', 2);
  return Number(text);
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      compare: { type: 'string' },
    },
  });
  const { json, write, compare: base } = values;
  const rounds = readRounds(values.rounds);
  if (write && (positionals.length > 0 || base !== undefined)) {
    throw new Stop('--write: the document is made of a whole run; name no benchmark and no other revision.', 2);
  }
  const selected = select(positionals);
  if (write) selected.push(...forDocument);
  await ensureInstalled();
  await ensureBuilt();
  if (selected.some((name) => inBrowser.includes(name))) await ensureBundles();
  if (base === undefined) await measureAll(selected, { rounds, json, write });
  else await compareWith(base, selected, rounds ?? ROUNDS_OF_A_RUN);
}

await runMain(main);
