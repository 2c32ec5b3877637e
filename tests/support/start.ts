/** `npm start` in a copy of the project, as a person runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './folder.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** The project's sources in a folder of their own, with the installed packages and what is built already. */
export function copyProject(): string {
  const copy = temporaryFolder();
  for (const name of [
    ...['backend', 'build', 'contract', 'dist', 'docs', 'provisioning', 'scripts', 'src', 'workbench'],
    ...['package.json', 'package-lock.json', 'plugin.json', '.npmrc', 'tsconfig.json', 'tsconfig.base.json'],
    ...['CHANGELOG.md', 'LICENSE'],
  ]) {
    cpSync(join(PROJECT, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

export interface Start {
  readonly output: () => string;
  /** Presses Ctrl-C, which a terminal sends to everything that runs in it. @returns the exit code */
  ctrlC(): Promise<number | null>;
}

export function npmStart(folder: string, ...args: string[]): Start {
  const child: ChildProcess = spawn('npm', ['start', '--', ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = -(child.pid ?? NaN);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(child, 'close').then(([code]) => code as number | null);
  onTestFinished(async () => {
    if (child.exitCode === null) process.kill(group, 'SIGTERM');
    await closed;
  });
  return {
    output: () => output,
    ctrlC() {
      process.kill(group, 'SIGINT');
      return closed;
    },
  };
}
