/** `npm run bench [-- NAME …] [--json]`: runs each benchmark in a process of its own; a figure is one JSON line. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ensureBundles } from './bundles.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { Stop, root, runMain } from './run.mjs';

/** @typedef {{name: string, value: number, unit: string, baseline?: number | null, ratio?: number | null}} Figure */

const sources = join(root, 'tests', 'bench');
const suffix = '.bench.ts';

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
  return asked.length > 0 ? asked : known;
}

/** @param {string} line @returns {Figure | undefined} */
function figure(line) {
  try {
    const parsed = JSON.parse(line);
    return typeof parsed?.name === 'string' && typeof parsed.value === 'number' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Runs one benchmark. @param {string} name @param {(figure: Figure) => void} onFigure @returns {Promise<number>} */
async function measure(name, onFigure) {
  const file = join(root, 'build', 'tests', 'bench', `${name}.bench.js`);
  const child = spawn(process.execPath, [file], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {Promise<number>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const found = figure(line);
    if (found) onFigure(found);
    else console.error(line);
  }
  return ended;
}

/** @param {number | null | undefined} value */
function readable(value) {
  if (typeof value !== 'number') return '–';
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)));
}

/** @param {Figure[]} figures */
function table(figures) {
  const rows = figures.map(({ name, value, unit, baseline, ratio }) => [
    name,
    readable(value),
    unit,
    readable(baseline),
    readable(ratio),
  ]);
  const lines = [['figure', 'value', 'unit', 'baseline', 'ratio'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = [true, false, true, false, false];
  return lines.map((line) =>
    line
      .map((cell, column) => (isText[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

async function main() {
  const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true });
  const selected = select(positionals);
  await ensureInstalled();
  await ensureBuilt();
  if (selected.includes('bundle')) await ensureBundles('plugin');

  /** @type {Figure[]} */
  const figures = [];
  /** @type {string[]} */
  const failed = [];
  for (const name of selected) {
    console.error(`Measuring ${name} …`);
    const code = await measure(name, (one) => {
      figures.push(one);
      if (values.json) console.log(JSON.stringify(one));
    });
    if (code !== 0) failed.push(name);
  }
  if (!values.json && figures.length > 0) console.log(table(figures).join('\n'));
  if (failed.length > 0) throw new Stop(`These benchmarks failed: ${failed.join(', ')}.`);
  if (figures.length === 0) throw new Stop('No benchmark printed a figure.');
}

await runMain(main);
