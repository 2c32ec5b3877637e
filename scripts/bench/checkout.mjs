/** Another revision of the project, built in a temporary folder, with the packages of this one where they are the same. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stop, capture, root } from '../run.mjs';

/**
 * Gives the folder of a built revision to some work, and removes it afterwards.
 * @param {string} revision @param {{bundles: boolean}} needs whether what a browser loads is built as well
 * @param {(folder: string) => Promise<void>} work
 */
export async function withCheckout(revision, { bundles }, work) {
  const { code, stdout } = await capture('git', ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  if (code !== 0) throw new Stop(`--compare: git knows no revision ${revision}.`, 2);
  const commit = stdout.trim();
  const parent = mkdtempSync(join(tmpdir(), 'vitals-bench-base-'));
  const folder = join(parent, 'base');
  try {
    await git('worktree', 'add', '--detach', folder, commit);
    const isSameLock = readFileSync(join(folder, 'package-lock.json')).equals(
      readFileSync(join(root, 'package-lock.json')),
    );
    if (isSameLock) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    console.error(`Building ${revision} …`);
    await build(folder, bundles);
    await work(folder);
  } finally {
    rmSync(parent, { recursive: true, force: true });
    await git('worktree', 'prune');
  }
}

/** @param {string[]} args */
async function git(...args) {
  const { code, stderr } = await capture('git', args);
  if (code !== 0) throw new Stop(`git ${args[0] ?? ''} failed.\n${stderr}`.trimEnd());
}

/**
 * Lets that revision's own scripts install and build what is measured of it, and no more.
 * @param {string} folder @param {boolean} bundles
 */
async function build(folder, bundles) {
  const projects = ['backend', ...(bundles ? ['workbench/server'] : [])];
  const steps = [
    "const { ensureInstalled, ensureBuilt } = await import('./scripts/prepare.mjs');",
    `await ensureInstalled(); await ensureBuilt(...${JSON.stringify(projects)});`,
    ...(bundles ? ["await (await import('./scripts/bundles.mjs')).ensureBundles();"] : []),
  ];
  const args = ['--input-type=module', '--eval', steps.join('\n')];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 2, 2] });
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Stop('The other revision cannot be built; see the lines above.');
}
