/**
 * `npm test [-- FILTER …]`: everything, or the test files whose path contains a filter. `--soak`: only the long ones.
 * The last line is always `N passed, N failed, N skipped`.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBundles } from './bundles.mjs';
import { ensureBuilt, ensureInstalled } from './prepare.mjs';
import { Stop, root, run, runMain } from './run.mjs';
import { ensureTestTools } from './test-tools.mjs';

const resultsFile = join(root, 'build', 'test-results.json');

/** @typedef {{status: string, assertionResults: {status: string}[]}} TestFile */

/** Counts what ran. A file that failed before its first test counts as one failure. */
function readCounts() {
  /** @type {{testResults: TestFile[]}} */
  const { testResults } = JSON.parse(readFileSync(resultsFile, 'utf8'));
  const states = testResults.flatMap((file) => {
    const tests = file.assertionResults.map(({ status }) => status);
    return file.status === 'failed' && !tests.includes('failed') ? [...tests, 'failed'] : tests;
  });
  const passed = states.filter((state) => state === 'passed').length;
  const failed = states.filter((state) => state === 'failed').length;
  return { passed, failed, skipped: states.length - passed - failed };
}

/** @param {string[]} args */
async function vitest(args) {
  rmSync(resultsFile, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`];
  return run('vitest', ['run', ...reporters, ...args]);
}

async function main() {
  const { values, positionals } = parseArgs({ options: { soak: { type: 'boolean' } }, allowPositionals: true });

  await ensureInstalled();
  await ensureTestTools();
  console.log('Compiling …');
  await Promise.all([ensureBuilt(), ensureBundles()]);

  const code = await vitest([...(values.soak ? ['--project', 'soak'] : []), ...positionals]);
  let counts;
  try {
    counts = readCounts();
  } catch {
    throw new Stop('No test ran; see the lines above.');
  }
  const nothingRan = counts.passed + counts.failed === 0;
  if (nothingRan) console.log('No test was executed, which counts as a failure.');
  console.log(`Took ${Math.round(performance.now() / 1000)} s, with what had to be installed and built.`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return code || (nothingRan ? 1 : 0);
}

await runMain(main);
