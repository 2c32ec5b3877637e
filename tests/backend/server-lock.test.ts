import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../backend/config/error.ts';
import { lockForServer } from '../../backend/database/server-lock.ts';
import { temporaryFolder } from '../support/folder.ts';
import { isWithoutSmallDisk, mountSmallDisk } from '../support/small-disk.ts';

const START = Date.parse('2027-01-01T00:00:00Z');
const compiled = new URL('../../build/backend/database/server-lock.js', import.meta.url).href;

/** Another process that has the database, until it is killed. */
async function otherServer(url: string) {
  const script = `import { lockForServer } from ${JSON.stringify(compiled)};
    lockForServer(${JSON.stringify(url)}, ${START});
    console.log('locked');
    setInterval(() => undefined, 1000);`;
  const args = ['--input-type=module', '-e', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  await once(child.stdout, 'data');
  return { pid: child.pid, kill: () => (child.kill('SIGKILL'), closed) };
}

test('the second server is told who has the database, by whatever name it calls it; once that one is killed it gets it', async () => {
  const folder = temporaryFolder();
  const url = `sqlite:${join(folder, 'data/vitals.db')}`;
  mkdirSync(join(folder, 'data'));
  symlinkSync(join(folder, 'data'), join(folder, 'link'));
  const other = await otherServer(url);
  for (const name of ['data', 'link']) {
    const path = join(folder, name, 'vitals.db');
    expect(() => lockForServer(`sqlite:${path}`, START)).toThrow(
      new ConfigError(
        `database.url: ${path} is served already, by process ${String(other.pid)}, started at 2027-01-01T00:00:00.000Z. ` +
          'Stop that one first, or give this one a database of its own.',
      ),
    );
  }
  await other.kill();
  const lock = lockForServer(url, START);
  expect(() => lockForServer(url, START)).toThrow(`by process ${process.pid},`);
  lock.release();
  lockForServer(url, START).release();
});

test('a folder that cannot be made is one line', () => {
  const folder = temporaryFolder();
  expect(() => lockForServer(`sqlite:/dev/null/${folder}/vitals.db`, START)).toThrow(ConfigError);
});

test('a lock file that was cut off as it was made is made anew', () => {
  const path = join(temporaryFolder(), 'vitals.db');
  writeFileSync(`${path}.lock`, 'x'.repeat(4096));
  const lock = lockForServer(`sqlite:${path}`, START);
  expect(() => lockForServer(`sqlite:${path}`, START)).toThrow(`by process ${process.pid},`);
  lock.release();
});

test.skipIf(isWithoutSmallDisk)('on a full disk a first lock holds, though it cannot say whose it is', () => {
  const disk = mountSmallDisk(1);
  disk.fill();
  const url = `sqlite:${join(disk.folder, 'vitals.db')}`;
  const lock = lockForServer(url, START);
  expect(() => lockForServer(url, START)).toThrow('is served already, by another process.');
  lock.release();
});
