/** `npm run check`: types, lint, format, architecture and generated files. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './prepare.mjs';
import { Stop, capture, inCi, isMain, root, runMain } from './run.mjs';

/** @typedef {{name: string, command: string, args: string[]}} Part */

/** Typed lint looks across files, which its cache does not; CI therefore goes without. */
const lintCache = inCi ? [] : ['--cache', '--cache-strategy', 'content'];

/** The slowest comes first. @type {Part[]} */
const parts = [
  { name: 'lint', command: 'eslint', args: ['.', '--max-warnings', '0', ...lintCache] },
  { name: 'types', command: 'tsc', args: ['--build'] },
  { name: 'format', command: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'architecture', command: 'vitest', args: ['run', '--project', 'backend', 'tests/architecture.test.ts'] },
];
if (existsSync(join(root, 'scripts', 'generate.mjs'))) {
  parts.push({ name: 'generated files', command: process.execPath, args: ['scripts/generate.mjs', '--check'] });
}

/** Runs one part; one line when it is good, its whole output when it is not. @param {Part} part */
async function passes({ name, command, args }) {
  const started = performance.now();
  const { code, stdout, stderr } = await capture(command, args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code !== 0) console.log(`${stdout}${stderr}`.trimEnd());
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  return code === 0;
}

/** Runs every part, two at a time. */
async function check() {
  const waiting = [...parts];
  /** @type {string[]} */
  const failed = [];
  const worker = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      if (!(await passes(part))) failed.push(part.name);
    }
  };
  await Promise.all([worker(), worker()]);
  if (failed.length > 0) throw new Stop(`The check failed: ${failed.join(', ')}.`);
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    await ensureInstalled();
    await check();
  });
}
