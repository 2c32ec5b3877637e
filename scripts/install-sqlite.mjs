/**
 * Makes better-sqlite3's native part loadable. Its own install script gives up where prebuilt binaries cannot be
 * downloaded, so this tries in order: does it load already; a copy kept from an earlier build; a prebuilt download;
 * compiling against the Node headers that are on this machine (about a minute). Runs after every `npm install`.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** @type {string} */
let packageFile;
try {
  packageFile = require.resolve('better-sqlite3/package.json');
} catch {
  process.exit(0); // installed without dependencies: nothing to make loadable
}
const folder = dirname(packageFile);
const version = require(packageFile).version;
const binary = join(folder, 'build', 'Release', 'better_sqlite3.node');
const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const kept = join(
  cacheHome,
  'appliance-vitals',
  `better-sqlite3-${version}-${process.platform}-${process.arch}-abi${process.versions.modules}.node`,
);

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

/** @param {string} script @param {string[]} args */
function runs(script, args) {
  return spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' });
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

function nodeGyp() {
  const npm = process.env.npm_execpath;
  return (npm && find('node-gyp/bin/node-gyp.js', npm)) || find('node-gyp/bin/node-gyp.js', packageFile);
}

function keepCopy() {
  try {
    place(binary, kept);
  } catch {
    // a cache that cannot be written costs time at the next install, nothing else
  }
}

function main() {
  if (loads()) return;
  if (existsSync(kept)) {
    place(kept, binary);
    if (loads()) return;
  }
  const prebuilt = find('prebuild-install/bin.js', packageFile);
  if (prebuilt && runs(prebuilt, []).status === 0 && loads()) return keepCopy();

  const gyp = nodeGyp();
  const nodedir = headers();
  if (!gyp) throw new Error('node-gyp was not found. Run this through npm (npm install).');
  console.error('Compiling better-sqlite3, about a minute …');
  const built = runs(gyp, ['rebuild', '--release', ...(nodedir ? [`--nodedir=${nodedir}`] : [])]);
  if (!loads()) {
    throw new Error(
      `better-sqlite3 could not be compiled. It needs python3, make, a C++ compiler and Node's headers.\n` +
        built.stderr.split('\n').slice(-20).join('\n'),
    );
  }
  keepCopy();
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
