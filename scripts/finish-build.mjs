/** What the compiler leaves undone: the release is written down. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture, isMain, root, runMain } from './run.mjs';

async function commit() {
  try {
    const { code, stdout } = await capture('git', ['rev-parse', '--short', 'HEAD']);
    return code === 0 ? stdout.trim() : 'unknown';
  } catch {
    return 'unknown'; // no git on this machine
  }
}

export async function finishBuild() {
  /** @type {{version: string}} */
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const release = { version, commit: await commit() };
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(join(root, 'build', 'release.json'), `${JSON.stringify(release)}\n`);
}

if (isMain(import.meta.url)) await runMain(finishBuild);
