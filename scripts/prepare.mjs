/**
 * Brings a clone into a state in which it can run: the right Node, installed packages, compiled sources. A first `npm start`
 * installs what the backend needs and what compiles it; all other packages follow when something asks for them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBackendBundle } from './bundles.mjs';
import { finishBuild } from './finish-build.mjs';
import { Stop, isMain, root, run, runMain, runUntil } from './run.mjs';

const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
/** Says which lock file the packages were installed from, and for which Node their native parts were made. */
const stampFile = join(modules, '.vitals-installed');
const quickSqliteMark = join(modules, 'better-sqlite3/build/Release/quick');

/** What bundles the backend, and what goes into the bundle: beside production packages all that a first `npm start` needs. */
const bundlerPackages = ['@rspack/core', '@grafana/grafana-foundation-sdk'];

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

/** @param {'all' | 'first'} packages */
function stamp(packages) {
  const lock = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  const all = `${lock} ${process.platform} ${process.arch} abi${process.versions.modules}`;
  return packages === 'all' ? `${all}\n` : `${all} first\n`;
}

/** @param {'all' | 'first'} packages */
function writeStamp(packages) {
  try {
    writeFileSync(stampFile, stamp(packages));
  } catch {
    // packages that someone else installed: comparing them again at the next start costs a moment
  }
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

/** The command that is npm: the one that started us where there is one. @returns {[command: string, ...args: string[]]} */
function npm() {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? [process.execPath, cli] : ['npm'];
}

/** @param {string[]} args @param {Promise<unknown>} [until] what ends it before */
async function install(args, until) {
  const [command, ...cli] = npm();
  const all = [...cli, ...args, '--prefer-offline'];
  const code = await (until ? runUntil(until, command, all) : run(command, all));
  if (code !== 0) {
    throw new Stop('The packages could not be installed; npm says why above. Run this again when that is settled.');
  }
}

/** @param {'best' | 'ahead' | 'ready' | 'quick'} mode @param {Promise<unknown>} [until] @returns {Promise<boolean>} */
async function installSqlite(mode, until) {
  const args = ['scripts/install-sqlite.mjs', mode];
  return (await (until ? runUntil(until, process.execPath, args) : run(process.execPath, args))) === 0;
}

/**
 * Installs the packages of the lock file unless they are there. SQLite may still be a quick build.
 * @param {Promise<unknown>} [until] what ends it before
 */
export async function ensurePackages(until) {
  checkNode();
  const stamped = read(stampFile);
  if (stamped === stamp('all')) return;

  if (stamped === stamp('first')) {
    console.error('Installing the packages of workbench and tests, about half a minute …');
    rmSync(stampFile); // an end before the end is not taken for a whole installation
    await install(['install', '--no-save', '--include=dev', '--ignore-scripts'], until);
  } else if (matchesLock()) {
    if (!(await installSqlite('best', until))) throw new Stop('');
  } else {
    console.error('Installing packages, about a minute …');
    await install(['ci', '--include=dev'], until);
  }
  writeStamp('all');
}

/** Takes the place of a quick build. @param {Promise<unknown>} [until] what ends it before */
export async function ensureBestSqlite(until) {
  if (existsSync(quickSqliteMark) && !(await installSqlite('best', until))) throw new Stop('');
}

/** Installs everything unless it is there. */
export async function ensureInstalled() {
  await ensurePackages();
  await ensureBestSqlite();
}

/** Installs what starts the backend where nothing is installed yet. @returns {Promise<() => Promise<void>>} waits for SQLite */
async function ensureFirstPackages() {
  checkNode();
  if (read(stampFile) === stamp('first')) return () => Promise.resolve();
  if (read(join(modules, '.package-lock.json')) !== undefined) {
    await ensurePackages();
    return () => Promise.resolve();
  }
  console.error('Installing the packages of the backend, and compiling SQLite where it has to be, up to a minute …');
  rmSync(modules, { recursive: true, force: true });
  const ahead = installSqlite('ahead');
  /** @type {{devDependencies: Record<string, string>}} */
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const bundler = bundlerPackages.map((name) => `${name}@${devDependencies[name]}`);
  await install(['install', '--no-save', '--save-prod', '--omit=dev', '--ignore-scripts', ...bundler]);
  return async () => {
    if (!(await installSqlite('ready'))) {
      await ahead;
      if (!(await installSqlite('quick'))) throw new Stop('');
    }
    writeStamp('first');
  };
}

/** Installs and bundles what starts the backend. Its types are for `npm run check`. */
export async function ensureStartable() {
  const sqlite = await ensureFirstPackages();
  await Promise.all([sqlite(), bundleBackend()]);
}

async function bundleBackend() {
  await finishBuild();
  await ensureBackendBundle();
}

/** Compiles what changed, and bundles the backend where it did. @param {string[]} projects folders of TypeScript projects, built with what they need; all without */
export async function ensureBuilt(...projects) {
  if ((await run('tsc', ['--build', ...projects])) !== 0) {
    throw new Stop('The sources do not compile; see the lines above.');
  }
  await bundleBackend();
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    await ensureInstalled();
    if (process.argv[2] !== 'packages') await ensureBuilt();
  });
}
