/** What the compiler leaves undone: the command line is made executable, and the release is written down. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
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
  const cli = join(root, 'build', 'backend', 'cli', 'vitals.js');
  if (existsSync(cli)) chmodSync(cli, 0o755);
  /** @type {{version: string}} */
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const release = { version, commit: await commit() };
  writeFileSync(join(root, 'build', 'release.json'), `${JSON.stringify(release)}\n`);
}

if (isMain(import.meta.url)) await runMain(finishBuild);
