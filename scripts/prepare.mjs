/** Brings a clone into a state in which it can run: the right Node, installed packages, compiled sources. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finishBuild } from './finish-build.mjs';
import { Stop, isMain, root, run, runMain } from './run.mjs';

const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
/** Says which lock file the packages were installed from, and for which Node their native parts were made. */
const stampFile = join(modules, '.vitals-installed');

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Stop(`Vitals needs Node.js 20.19 or newer; this is ${process.version}. Install a newer one and try again.`);
}

function stamp() {
  const lock = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  return `${lock} ${process.platform} ${process.arch} abi${process.versions.modules}\n`;
}

/** Whether what npm says is installed is what the lock file asks for (someone may have run npm without us). */
function matchesLock() {
  const installedFile = read(join(modules, '.package-lock.json'));
  if (installedFile === undefined) return false;
  /** @typedef {Record<string, {version?: string, optional?: boolean}>} Packages */
  /** @type {Packages} */
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  /** @type {Packages} */
  const installed = JSON.parse(installedFile).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version,
  );
}

/** Runs npm itself, the one that started us where there is one. @param {string[]} args */
function npm(args) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? run(process.execPath, [cli, ...args]) : run('npm', args);
}

/** Installs the packages of the lock file unless they are there. */
export async function ensureInstalled() {
  checkNode();
  const wanted = stamp();
  if (read(stampFile) === wanted) return;

  if (matchesLock()) {
    if ((await run(process.execPath, ['scripts/install-sqlite.mjs'])) !== 0) throw new Stop('');
  } else {
    console.error('Installing packages, about a minute …');
    if ((await npm(['ci', '--include=dev'])) !== 0) {
      throw new Stop('The packages could not be installed; npm says why above. Run this again when that is settled.');
    }
  }
  try {
    writeFileSync(stampFile, wanted);
  } catch {
    // packages that someone else installed: comparing them again at the next start costs a moment
  }
}

/** Compiles what changed. @param {string[]} projects folders of TypeScript projects, built with what they need; all without */
export async function ensureBuilt(...projects) {
  if ((await run('tsc', ['--build', ...projects])) !== 0) {
    throw new Stop('The sources do not compile; see the lines above.');
  }
  await finishBuild();
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    await ensureInstalled();
    await ensureBuilt();
  });
}
