/** What an appliance has to keep of packages: the production ones, installed from the lock file into an empty folder. */
import { spawnSync } from 'node:child_process';
import { cpSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { printFigure } from './figures.ts';
import { PRODUCT, inFolder } from './product.ts';

const MUST_MB = 60;

/** What the files below a folder occupy on disk, as `du` counts it, in MB. */
function occupiedMb(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries.reduce((sum, entry) => sum + lstatSync(join(folder, entry)).blocks * 512, 0) / 1e6;
}

await inFolder(async (folder) => {
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'scripts']) {
    cpSync(join(PRODUCT, name), join(folder, name), { recursive: true });
  }
  const install = ['ci', '--omit=dev', '--omit=optional', '--prefer-offline'];
  const { status } = spawnSync('npm', install, { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the packages could not be installed');
  const value = occupiedMb(join(folder, 'node_modules'));
  printFigure({ name: 'installed size of production packages', unit: 'MB', value, must: { value: MUST_MB } });
});
