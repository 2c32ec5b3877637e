import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const PROJECT = join(import.meta.dirname, '../..');
const INSTALLED = 'node_modules/better-sqlite3';
const BINARY = `${INSTALLED}/build/Release/better_sqlite3.node`;
const QUICK_MARK = `${INSTALLED}/build/Release/quick`;

/** A project whose better-sqlite3 has no native part, and a user with a cache of their own. */
function unbuilt() {
  const folder = temporaryFolder();
  for (const name of ['bindings', 'file-uri-to-path', 'better-sqlite3']) {
    const isBuilt = (file: string) => file.includes(`${INSTALLED}/build`);
    const copy = { recursive: true, filter: (file: string) => !isBuilt(file) };
    cpSync(join(PROJECT, 'node_modules', name), join(folder, 'node_modules', name), copy);
  }
  for (const name of ['package.json', 'package-lock.json', 'scripts/install-sqlite.mjs'])
    cpSync(join(PROJECT, name), join(folder, name));
  mkdirSync(join(folder, INSTALLED, 'deps'), { recursive: true });
  const { version } = JSON.parse(readFileSync(join(folder, INSTALLED, 'package.json'), 'utf8')) as { version: string };
  const kept = `better-sqlite3-${version}-${process.platform}-${process.arch}-abi${process.versions.modules}`;
  const cache = join(folder, 'cache/appliance-vitals');
  mkdirSync(cache, { recursive: true });
  return {
    has: (name: string) => existsSync(join(folder, name)),
    keep: (suffix: '' | '-quick') => copyFileSync(join(PROJECT, BINARY), join(cache, `${kept}${suffix}.node`)),
    /** @returns the exit code */
    install: (...mode: string[]) =>
      spawnSync(process.execPath, [join(folder, 'scripts/install-sqlite.mjs'), ...mode], {
        // with nothing that compiles: what is not kept, there is not
        env: { PATH: '/nowhere', XDG_CACHE_HOME: join(folder, 'cache'), npm_execpath: join(folder, 'npm.js') },
      }).status,
  };
}

test('SQLite is taken from what an earlier build kept, without its sources', () => {
  const project = unbuilt();
  project.keep('');
  expect(project.install()).toBe(0);
  expect(project.has(BINARY)).toBe(true);
  expect(project.has(QUICK_MARK)).toBe(false);
  expect(project.has(`${INSTALLED}/deps`)).toBe(false);
  expect(project.install()).toBe(0);
});

test('a quick build does for the first start alone, until a better one takes its place', () => {
  const project = unbuilt();
  project.keep('-quick');
  expect(project.install()).toBe(1);
  expect(project.install('ahead')).toBe(0);
  expect(project.install('ready')).toBe(0);
  expect(project.has(QUICK_MARK)).toBe(true);
  expect(project.install('quick')).toBe(0);

  expect(project.install()).toBe(1);
  expect(project.has(BINARY)).toBe(true);
  project.keep('');
  expect(project.install()).toBe(0);
  expect(project.has(QUICK_MARK)).toBe(false);
});

test('where nothing is kept, `ready` says so and keeps the sources', () => {
  const project = unbuilt();
  expect(project.install('ready')).toBe(1);
  expect(project.has(`${INSTALLED}/deps`)).toBe(true);
});
