/**
 * Writes the lock entries that npm leaves out where a registry lacks a platform's package: without them `npm ci` refuses
 * its own lock file. Run it once after the version of chdb was changed. Such an entry carries no integrity; npm adds it
 * on the first `npm install` that sees the package.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));

/** @type {Record<string, string>} */
const wanted = lock.packages['node_modules/chdb']?.optionalDependencies ?? {};
const added = [];
for (const [name, version] of Object.entries(wanted)) {
  const key = `node_modules/${name}`;
  if (lock.packages[key] !== undefined) continue;
  // @chdb/lib-linux-arm64-gnu: system, processor, and for Linux the C library
  const [os, cpu, libc] = name.replace('@chdb/lib-', '').split('-');
  lock.packages[key] = {
    version,
    cpu: [cpu],
    ...(libc === 'gnu' ? { libc: ['glibc'] } : {}),
    license: 'Apache-2.0',
    optional: true,
    os: [os],
  };
  added.push(name);
}

if (added.length > 0) {
  /** @type {Record<string, unknown>} */
  const packages = lock.packages;
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(added.length === 0 ? 'nothing was missing' : `added ${added.join(', ')}`);
