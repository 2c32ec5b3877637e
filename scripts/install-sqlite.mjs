/**
 * Makes better-sqlite3's native part loadable. Its own install script gives up where prebuilt binaries cannot be
 * downloaded, so this tries in order: does it load already; a copy kept from an earlier build; a prebuilt download;
 * compiling against the Node headers that are on this machine (about a minute). Runs after every `npm install`.
 *
 * For the first `npm start` a quick build will do, which compiles in half the time and runs a little slower:
 *   ahead  compiles and keeps one before any package is installed, so that compiling goes on beside installing
 *   ready  takes whatever is there without compiling, and exits with 1 where nothing is
 *   quick  takes a quick build, too
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, copyFileSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const mode = process.argv[2] ?? 'best';
const isAhead = mode === 'ahead';
const isQuickEnough = mode !== 'best';

if (!isAhead && !find('better-sqlite3/package.json', import.meta.url)) {
  process.exit(0); // installed without dependencies: nothing to make loadable
}
const folder = join(root, 'node_modules', 'better-sqlite3');
const { version, integrity } = wanted();
const binary = join(folder, 'build', 'Release', 'better_sqlite3.node');
/** Beside a binary that is a quick build, until a better one takes its place. */
const quickMark = join(folder, 'build', 'Release', 'quick');
const cacheHome = process.env.XDG_CACHE_HOME || join(home(), '.cache');
const keptName = `better-sqlite3-${version}-${process.platform}-${process.arch}-abi${process.versions.modules}`;
const kept = join(cacheHome, 'appliance-vitals', `${keptName}.node`);
const keptQuick = join(cacheHome, 'appliance-vitals', `${keptName}-quick.node`);

/** A user that no passwd entry names has none: then what is kept stays with the packages. */
function home() {
  try {
    return homedir();
  } catch {
    return join(root, 'node_modules');
  }
}

/** What the lock file asks for; what is installed where there is no lock file. @returns {{version: string, integrity?: string}} */
function wanted() {
  const lock = join(root, 'package-lock.json');
  if (!existsSync(lock)) return require('better-sqlite3/package.json');
  return JSON.parse(readFileSync(lock, 'utf8')).packages['node_modules/better-sqlite3'];
}

const loads = () =>
  existsSync(binary) &&
  spawnSync(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"], { cwd: folder }).status ===
    0;

/** @param {string} from @param {string} to */
function place(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, `${to}.${process.pid}`);
  renameSync(`${to}.${process.pid}`, to);
}

/** Puts a build where better-sqlite3 looks for it. @param {string} from @param {boolean} [isQuick] */
function use(from, isQuick = false) {
  if (!existsSync(from)) return false;
  place(from, binary);
  if (isQuick) writeFileSync(quickMark, '');
  else rmSync(quickMark, { force: true });
  return loads();
}

/** @param {string} cwd @param {string} script @param {string[]} args @param {NodeJS.ProcessEnv} [extra] */
function runs(cwd, script, args, extra) {
  return spawnSync(process.execPath, [script, ...args], { cwd, encoding: 'utf8', env: { ...process.env, ...extra } });
}

/** @param {string} request @param {string} from */
function find(request, from) {
  try {
    return createRequire(from).resolve(request);
  } catch {
    return undefined;
  }
}

function headers() {
  return [process.env.npm_config_nodedir, dirname(dirname(process.execPath)), '/usr', '/usr/local'].find(
    (prefix) => prefix && existsSync(join(prefix, 'include', 'node', 'node.h')),
  );
}

/** A file of npm itself: of the one that runs this, or of the one beside Node. @param {string} file */
function ofNpm(file) {
  const beside = join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm', 'package.json');
  return [process.env.npm_execpath, beside].map((from) => from && find(file, from)).find(Boolean);
}

/** better-sqlite3's package out of npm's cache or the registry, as the lock file knows it. @param {string} into */
function fetchSources(into) {
  const npm = process.env.npm_execpath ?? ofNpm('./bin/npm-cli.js');
  const name = `better-sqlite3-${version}.tgz`;
  const pack = [
    'pack',
    `better-sqlite3@${version}`,
    '--pack-destination',
    into,
    '--prefer-offline',
    '--ignore-scripts',
  ];
  if (!npm || runs(root, npm, pack).status !== 0) throw new Error(`${name} could not be fetched.`);
  const digest = createHash('sha512')
    .update(readFileSync(join(into, name)))
    .digest('base64');
  if (`sha512-${digest}` !== integrity) throw new Error(`${name} is not what package-lock.json asks for.`);
  if (spawnSync('tar', ['-xzf', name], { cwd: into }).status !== 0) throw new Error(`${name} could not be unpacked.`);
  return join(into, 'package');
}

/** The sources in a folder of their own: what the compiler leaves behind is not kept. @param {string} into */
function copySources(into) {
  if (!existsSync(join(folder, 'deps', 'sqlite3'))) return fetchSources(into);
  cpSync(folder, join(into, 'package'), { recursive: true, filter: (file) => file !== dirname(dirname(binary)) });
  return join(into, 'package');
}

/** Downloads a prebuilt one. @param {string} temporary @returns {string | undefined} the file */
function download(temporary) {
  const prebuilt = find('prebuild-install/bin.js', join(folder, 'package.json'));
  if (!prebuilt) return undefined;
  copyFileSync(join(folder, 'package.json'), join(temporary, 'package.json'));
  return runs(temporary, prebuilt, []).status === 0 ? made(temporary) : undefined;
}

/** @param {string} temporary @returns {string} the file */
function compile(temporary) {
  const sources = copySources(temporary);
  const gyp = ofNpm('node-gyp/bin/node-gyp.js') || find('node-gyp/bin/node-gyp.js', join(folder, 'package.json'));
  if (!gyp) throw new Error('node-gyp was not found. Run this through npm (npm install).');
  const nodedir = headers();
  const args = ['rebuild', '--release', '--jobs=max', ...(nodedir ? [`--nodedir=${nodedir}`] : [])];
  const quickly = isQuickEnough ? { CFLAGS: '-O1' } : {}; // the last -O counts
  const built = runs(sources, gyp, args, quickly);
  const file = made(sources);
  if (built.status === 0 && file) return file;
  throw new Error(
    `better-sqlite3 could not be compiled. It needs python3, make, a C++ compiler and Node's headers.\n` +
      built.stderr.split('\n').slice(-20).join('\n'),
  );
}

/** @param {string} cwd */
function made(cwd) {
  const file = join(cwd, 'build', 'Release', 'better_sqlite3.node');
  return existsSync(file) ? file : undefined;
}

/** @param {string} file @param {string} as */
function keep(file, as) {
  try {
    place(file, as);
  } catch {
    // a cache that cannot be written costs time at the next install, nothing else
  }
}

/** @template T @param {(folder: string) => T} work */
function inTemporaryFolder(work) {
  const temporary = mkdtempSync(join(tmpdir(), 'vitals-sqlite-'));
  try {
    return work(temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Ten megabytes that nothing reads once the native part is there; a new Node's is compiled from a fetched copy. */
function dropSources() {
  for (const name of ['deps', 'src']) rmSync(join(folder, name), { recursive: true, force: true });
}

/** @returns {boolean} whether it can be loaded; false only where nothing may be compiled */
function makeLoadable() {
  if (loads() && (isQuickEnough || !existsSync(quickMark))) return true;
  if (use(kept) || (isQuickEnough && use(keptQuick, true))) return true;
  return inTemporaryFolder((temporary) => {
    const downloaded = download(temporary);
    if (downloaded && use(downloaded)) {
      keep(downloaded, kept);
      return true;
    }
    if (mode === 'ready') return false;
    console.error(`Compiling better-sqlite3, about ${isQuickEnough ? 'half a minute' : 'a minute'} …`);
    const compiled = compile(temporary);
    keep(compiled, isQuickEnough ? keptQuick : kept);
    if (use(compiled, isQuickEnough)) return true;
    throw new Error('better-sqlite3 was compiled, but cannot be loaded.');
  });
}

function compileAhead() {
  if (existsSync(kept) || existsSync(keptQuick)) return;
  inTemporaryFolder((temporary) => keep(compile(temporary), keptQuick));
}

try {
  if (isAhead) compileAhead();
  else if (makeLoadable()) dropSources();
  else process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
