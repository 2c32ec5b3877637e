/** Containers run as a user that no passwd entry names, without a home, on a root that cannot be written. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { CreatedToken } from '../../contract/api.ts';
import { whenOver } from '../support/over.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makePlace } from '../support/place.ts';
import { eventually } from '../support/server.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const UID = 54_321;

/**
 * What runs a command as that user, on a root that is read-only but for the folder. The project lies at /mnt there, because
 * its own folder may be one that only root can enter.
 */
const inContainer = (folder: string) => [
  ...['unshare', '--mount', 'sh', '-c'],
  'mount --bind "$0" /mnt && mount --bind "$1" "$1" && mount -o remount,bind,ro / && shift && exec "$@"',
  ...[PROJECT, folder],
  ...['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--no-new-privs'],
];
const CLI = '/mnt/build/bin/vitals.js';

function canRun(): boolean {
  const folder = temporaryFolder();
  const [command = '', ...args] = inContainer(folder);
  return spawnSync(command, [...args, process.execPath, CLI, '--version']).status === 0;
}

describe('without a passwd entry, a home, a root that can be written and a known locale', () => {
  test.for(['C', 'tr_TR.UTF-8'])('command line, server and health check work: LANG=%s', async (locale, { skip }) => {
    if (process.getuid?.() !== 0 || !canRun()) skip('It takes root, unshare, mount and setpriv.');
    const place = await makePlace({
      settings: { clickhouse: { url: 'embedded:clickhouse' }, ingest: { spool_dir: 'spool' } },
    });
    chownSync(place.folder, UID, UID);
    chownSync(place.config, UID, UID);
    const [command = '', ...before] = inContainer(place.folder);
    const env = { PATH: process.env['PATH'], LANG: locale, LC_ALL: locale };
    const start = (...args: string[]) =>
      spawn(command, [...before, process.execPath, CLI, ...args, '--config', place.config], { env, cwd: '/' });

    async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
      const child = start(...args);
      const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, stdout: stdout(), stderr: stderr() };
    }

    const created = await run('token', 'create', '--name', 'Prometheus', '--json');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    expect((JSON.parse(created.stdout) as CreatedToken).secret).toMatch(/^vst_/);

    const server = start('serve');
    whenOver(async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    });
    const output = textOf(server.stdout);
    await eventually('the server is ready', () => output().includes('vitals is ready'));
    expect(await run('healthcheck')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: /), stderr: '' });
    expect((await run('audit', 'list')).stdout).toMatch(new RegExp(`token\\.created +uid ${UID} +cli`));
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  });

  test('a sort that does not fit into memory needs no folder for temporary files', async ({ skip }) => {
    if (process.getuid?.() !== 0 || !canRun()) skip('It takes root, unshare, mount and setpriv.');
    const folder = temporaryFolder();
    chownSync(folder, UID, UID);
    const [command = '', ...before] = inContainer(folder);
    const script = `
      import { openSqlite } from '/mnt/build/backend/database/sqlite.js';
      import { openOwnFile } from '/mnt/build/backend/database/own-file.js';
      const rows = 'with recursive c(i) as (select 1 union all select i + 1 from c where i < 200000) ' +
        'insert into t select hex(randomblob(40)) from c;';
      const statements = 'create table t (a text);' + rows + 'create index ti on t (a);';
      openSqlite(process.argv[1] + '/one.db', { readonly: false }).exec(statements);
      openOwnFile(process.argv[1] + '/two.db', [statements]);`;
    const args = [process.execPath, '--input-type=module', '--eval', script, folder];
    const { status, stderr } = spawnSync(command, [...before, ...args], { cwd: '/', encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

function textOf(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
}
