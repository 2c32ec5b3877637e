import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** Writes down how it was called, installs packages that consist of their versions, and fails where a file says so. */
const fakeNpm = `
import { appendFileSync, chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
const [command, ...args] = process.argv.slice(2);
appendFileSync('calls.log', ['npm', command, ...args].join(' ') + '\\n');
if (existsSync('no-registry')) process.exit(1);
mkdirSync('node_modules/.bin', { recursive: true });
writeFileSync('node_modules/.bin/tsc', '#!/bin/sh\\necho "tsc $*" >> calls.log\\n');
chmodSync('node_modules/.bin/tsc', 0o755);
const isFirst = args.includes('--omit=dev');
if (isFirst) writeFileSync('node_modules/.package-lock.json', '{"packages": {}}');
else copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;

/** Writes down how it was called, and fails for modes that a file names. */
const fakeSqlite = `
import { appendFileSync, existsSync } from 'node:fs';
appendFileSync('calls.log', \`sqlite \${process.argv[2]}\\n\`);
if (existsSync(\`no-\${process.argv[2]}\`)) process.exit(1);
`;

/** Writes down that it was called. */
const fakeBundler = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('calls.log', 'bundle backend\\n');
mkdirSync('build/bin', { recursive: true });
writeFileSync('build/bin/vitals.js', '');
`;

/** A clone in which nothing is installed, with an npm that does as if. */
function freshClone() {
  const clone = temporaryFolder();
  for (const name of ['scripts', 'package.json', 'package-lock.json'])
    cpSync(join(PROJECT, name), join(clone, name), { recursive: true });
  for (const folder of ['backend', 'contract']) mkdirSync(join(clone, folder));
  writeFileSync(join(clone, 'npm.js'), fakeNpm);
  writeFileSync(join(clone, 'scripts/install-sqlite.mjs'), fakeSqlite);
  writeFileSync(join(clone, 'scripts/build-backend.mjs'), fakeBundler);
  const path = (name: string) => join(clone, name);
  return {
    path,
    has: (name: string) => writeFileSync(path(name), ''),
    /** Calls a function of scripts/prepare.mjs. @returns its exit code and what it ran */
    prepare(name: string) {
      const code = `import { runMain } from './scripts/run.mjs'; import * as prepare from './scripts/prepare.mjs';
        await runMain(() => prepare.${name}())`;
      writeFileSync(path('calls.log'), '');
      const env = { ...process.env, npm_execpath: path('npm.js') };
      const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: clone, env });
      return { status, calls: readFileSync(path('calls.log'), 'utf8').trim().split('\n').filter(Boolean) };
    },
  };
}

const { devDependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};
const bundler = ['@rspack/core', '@grafana/grafana-foundation-sdk'].map((name) => `${name}@${devDependencies[name]!}`);
const firstInstall = `npm install --no-save --save-prod --omit=dev --ignore-scripts ${bundler.join(' ')} --prefer-offline`;
const restInstall = 'npm install --no-save --include=dev --ignore-scripts --prefer-offline';
const wholeInstall = 'npm ci --include=dev --prefer-offline';

test('a first start installs the backend and its bundler alone, in the versions of the lock file; the rest follows once', () => {
  const { prepare } = freshClone();
  const first = prepare('ensureStartable');
  expect(first.status).toBe(0);
  expect(first.calls.toSorted()).toEqual([firstInstall, 'sqlite ahead', 'sqlite ready', 'bundle backend'].toSorted());
  expect(prepare('ensureStartable')).toEqual({ status: 0, calls: [] });

  expect(prepare('ensurePackages')).toEqual({ status: 0, calls: [restInstall] });
  for (const name of ['ensurePackages', 'ensureInstalled']) expect(prepare(name)).toEqual({ status: 0, calls: [] });
  expect(prepare('ensureStartable')).toEqual({ status: 0, calls: [] });
});

test('where nothing but a compiler makes SQLite loadable, the build that began ahead is taken', () => {
  const { has, prepare } = freshClone();
  has('no-ready');
  const { status, calls } = prepare('ensureStartable');
  expect(status).toBe(0);
  const sqlite = calls.filter((call) => call.startsWith('sqlite'));
  expect(sqlite.toSorted()).toEqual(['sqlite ahead', 'sqlite quick', 'sqlite ready']);
  expect(sqlite.at(-1)).toBe('sqlite quick');
});

test('what needs everything installs everything, also where a first start was broken off', () => {
  expect(freshClone().prepare('ensureInstalled')).toEqual({ status: 0, calls: [wholeInstall] });

  const half = freshClone();
  mkdirSync(half.path('node_modules/half'), { recursive: true });
  expect(half.prepare('ensureStartable').calls).toContain(firstInstall);
  expect(existsSync(half.path('node_modules/half'))).toBe(false);

  half.has('no-registry');
  expect(half.prepare('ensurePackages')).toEqual({ status: 1, calls: [restInstall] });
  rmSync(half.path('no-registry'));
  expect(half.prepare('ensureStartable').calls).toEqual([wholeInstall]);
});

test('a quick build of SQLite is replaced when everything is asked for', () => {
  const { path, prepare } = freshClone();
  prepare('ensureInstalled');
  mkdirSync(path('node_modules/better-sqlite3/build/Release'), { recursive: true });
  writeFileSync(path('node_modules/better-sqlite3/build/Release/quick'), '');
  expect(prepare('ensurePackages').calls).toEqual([]);
  expect(prepare('ensureInstalled').calls).toEqual(['sqlite best']);
});
