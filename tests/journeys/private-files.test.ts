/** What lies on the disk is for the backend's user alone, whatever the shell that starts it allows. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runVitals, spawnVitals } from '../support/command-line.ts';
import { whenOver } from '../support/over.ts';
import { makePlace, type Place } from '../support/place.ts';
import { eventually } from '../support/server.ts';

const CLI = fileURLToPath(new URL('../../build/bin/vitals.js', import.meta.url));
const settings = { clickhouse: { url: 'embedded:clickhouse' }, ingest: { spool_dir: 'spool' } };
const asRoot = test.skipIf(process.getuid?.() !== 0);

/** Starts the server from a shell that takes no permission away. */
async function serveOpenly(place: Place): Promise<{ child: ChildProcess; output: () => string }> {
  const command = `umask 000 && exec "${process.execPath}" "${CLI}" serve --config "${place.config}"`;
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  whenOver(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await eventually('the server is ready', () => text.includes('vitals is ready'));
  return { child, output: () => text };
}

/** What below the folder others may open, the configuration aside. */
function open(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    return found && name !== 'config.yaml' && (found.mode & 0o077) !== 0;
  });
}

describe('the server', () => {
  test('makes nothing that others may open, nor does the embedded ClickHouse', async () => {
    const place = await makePlace({ settings });
    const { child } = await serveOpenly(place);
    expect(readdirSync(place.folder)).toEqual(expect.arrayContaining(['clickhouse', 'spool', 'vitals.db']));
    await eventually('ClickHouse has written', () => readdirSync(join(place.folder, 'clickhouse')).length > 1);
    expect(open(place.folder)).toEqual([]);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(open(place.folder)).toEqual([]);
  });

  test('closes its own folders and files that others may open, and says so', async () => {
    const place = await makePlace({ settings });
    await place.mint('Prometheus');
    const folders = ['spool', 'spool/parts', 'spool/quarantine', 'clickhouse'].map((name) => join(place.folder, name));
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o755);
    }
    chmodSync(place.database, 0o644);
    const { output } = await serveOpenly(place);
    for (const folder of folders) expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(place.database).mode & 0o777).toBe(0o600);
    const lines = output()
      .split('\n')
      .filter((line) => line.includes('closed to other users'))
      .map((line) => JSON.parse(line) as { path: string; was: string; is: string });
    expect(lines.map(({ path }) => path).sort()).toEqual([place.database, ...folders].sort());
    expect(lines.find(({ path }) => path.endsWith('spool'))).toMatchObject({ was: '0755', is: '0700' });
  });

  asRoot.each([
    ['ingest.spool_dir', 'spool'],
    ['clickhouse.url', 'clickhouse'],
  ])('refuses a folder that is not its own: %s', async (setting, name) => {
    const place = await makePlace({ settings });
    const folder = join(place.folder, name);
    mkdirSync(folder);
    chownSync(folder, 54_321, 54_321);
    const { code, stderr } = await spawnVitals('serve', '--config', place.config);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${setting}: ${folder} belongs to another user (uid 54321). Give it to the user of this process, or name a folder below it.\n`,
    });
  });
});

describe('an export of the audit log', () => {
  async function exportTo(place: Place, file: string) {
    return runVitals('audit', 'export', '--config', place.config, '--output', file);
  }

  test('closes and replaces a file that was there', async () => {
    const place = await makePlace();
    const file = join(place.folder, 'export.csv');
    writeFileSync(file, 'x'.repeat(100_000), { mode: 0o666 });
    chmodSync(file, 0o666);
    expect(await exportTo(place, file)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^seq,id,at,/);
    expect(readFileSync(file, 'utf8')).not.toContain('xxx');
  });

  test('does not follow a symbolic link', async () => {
    const place = await makePlace();
    const [target, link] = [join(place.folder, 'target'), join(place.folder, 'export.csv')];
    writeFileSync(target, 'mine');
    symlinkSync(target, link);
    expect(await exportTo(place, link)).toEqual({
      code: 1,
      stdout: '',
      stderr: `--output: ${link} is a symbolic link. Name the file itself.\n`,
    });
    expect(readFileSync(target, 'utf8')).toBe('mine');
    expect(readlinkSync(link)).toBe(target);
  });

  test('goes into no device', async () => {
    const place = await makePlace();
    expect((await exportTo(place, '/dev/null')).stderr).toBe(
      '--output: /dev/null is no regular file. Leave --output out to write to standard output.\n',
    );
  });

  asRoot('goes into no file of another user, who could read it', async () => {
    const place = await makePlace();
    const file = join(place.folder, 'export.csv');
    writeFileSync(file, 'theirs');
    chownSync(file, 54_321, 54_321);
    expect((await exportTo(place, file)).stderr).toBe(
      `--output: ${file} belongs to another user. Name a file of your own.\n`,
    );
    expect(readFileSync(file, 'utf8')).toBe('theirs');
  });
});
