/** The backend, and what a browser loads: the plugin and the workbench's shell. Bundled again only where that would give something else. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stop, capture, isMain, root, runMain } from './run.mjs';

/** @typedef {{name: string, script: string, inputs: string[], output: string}} Bundle */

const shared = ['package-lock.json', 'scripts/bundles.mjs', 'scripts/run-rspack.mjs'];

/** @type {Bundle} */
const backend = {
  name: 'backend',
  script: 'scripts/build-backend.mjs',
  inputs: ['backend', 'contract'],
  output: 'build/bin',
};

/** @type {Bundle[]} */
const forBrowsers = [
  {
    name: 'plugin',
    script: 'scripts/build-plugin.mjs',
    inputs: [
      ...['src', 'docs', 'contract', 'provisioning/dashboards', 'plugin.json', 'package.json'],
      ...['CHANGELOG.md', 'LICENSE'],
    ],
    output: 'dist',
  },
  {
    name: 'workbench',
    script: 'scripts/build-workbench.mjs',
    inputs: ['workbench/host'],
    output: 'build/workbench-host',
  },
];

/** Every file below a path, or the file itself; nothing where there is none. @param {string} path @returns {string[]} */
function filesOf(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [path] : [];
  const entries = readdirSync(join(root, path), { recursive: true, withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(root.length + 1)] : []))
    .sort();
}

/** @param {string[]} paths */
function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesOf)) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** What was read and what came of it: whoever changed either since then makes it another. @param {Bundle} bundle */
function stamp({ script, inputs, output }) {
  return `${fingerprint([...inputs, script, ...shared])} ${fingerprint([output])}\n`;
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {Bundle} bundle */
async function ensure(bundle) {
  const stampFile = join(root, 'build', `${bundle.name}.stamp`);
  if (read(stampFile) === stamp(bundle)) return;
  rmSync(stampFile, { force: true });
  console.error(`Bundling the ${bundle.name} …`);
  const { code, stderr } = await capture(process.execPath, [bundle.script]);
  if (code !== 0) throw new Stop(`The ${bundle.name} could not be bundled.\n${stderr}`.trimEnd());
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp(bundle));
}

/** Bundles the backend where that is missing or outdated. @throws Stop with the bundler's own words. */
export const ensureBackendBundle = () => ensure(backend);

/** Likewise what browsers load. @param {string[]} names which; all without. */
export async function ensureBundles(...names) {
  for (const bundle of forBrowsers) if (names.length === 0 || names.includes(bundle.name)) await ensure(bundle);
}

if (isMain(import.meta.url)) await runMain(ensureBundles);
