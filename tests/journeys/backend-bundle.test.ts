import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { BUNDLE, sourcesOf } from '../support/bundle.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makePlace } from '../support/place.ts';
import { startServer } from '../support/server.ts';

const PROJECT = join(BUNDLE, '..', '..');
const PROBE = fileURLToPath(new URL('../../build/tests/support/scripts-probe.js', import.meta.url));
const CLI = join(BUNDLE, 'vitals.js');

/** The bundle in a folder of its own: no sources, and of the packages those that it does not hold. */
function installBundle(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  cpSync(BUNDLE, join(folder, 'build', 'bin'), { recursive: true });
  for (const file of ['package.json', 'build/release.json']) cpSync(join(PROJECT, file), join(folder, file));
  for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path', 'chdb']) {
    symlinkSync(join(PROJECT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return join(folder, 'build', 'bin', 'vitals.js');
}

test('the bundle is all that the backend needs: it starts with ClickHouse, answers, and stops', async () => {
  const cli = installBundle();
  const place = await makePlace({
    settings: { clickhouse: { url: 'embedded:clickhouse' }, ingest: { spool_dir: 'spool' } },
  });
  const server = await startServer(place.config, { cli });
  const health = spawnSync(process.execPath, [cli, 'healthcheck', '--config', place.config], { encoding: 'utf8' });
  expect(health.stdout).toMatch(/^ok: version \d/);
  expect(await server.kill('SIGTERM')).toBe(0);
});

test('a stack trace names the source and its line', async () => {
  const { config } = await makePlace();
  const fault = 'data:text/javascript,globalThis.structuredClone=()=>{throw new Error("nothing is cloned")}';
  const args = ['--import', fault, CLI, 'config', 'check', '--config', config];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const source = readFileSync(join(PROJECT, 'backend/config/config.ts'), 'utf8');
  const line = source.split('\n').findIndex((text) => text.includes('structuredClone(')) + 1;
  expect(status).toBe(1);
  expect(stderr).toContain('Error: nothing is cloned\n');
  expect(stderr).toContain(`at checkConfig (backend/config/config.ts:${line})`);
  expect(stderr).not.toContain('build/bin');
});

describe('what is loaded', () => {
  const commands = ['audit', 'catalogues', 'credentials', 'healthcheck', 'push', 'tokens'];

  async function loadedBy(run: (env: { VITALS_PROBE: string }) => Promise<unknown>): Promise<string[]> {
    const file = join(temporaryFolder(), 'scripts.json');
    await run({ VITALS_PROBE: file });
    return sourcesOf(JSON.parse(readFileSync(file, 'utf8')) as string[]);
  }

  test('by the server: no command, and nothing of what is not configured or not asked for yet', async () => {
    const { config } = await makePlace();
    const sources = await loadedBy(async (env) => {
      const server = await startServer(config, { execArgv: ['--import', PROBE], env });
      await server.kill('SIGTERM');
    });
    expect(sources).toContain('backend/server.ts');
    for (const name of commands) expect(sources).not.toContain(`backend/cli/${name}.ts`);
    const unneeded =
      /^node_modules\/(?:undici|cockatiel|@clickhouse|@prometheus-io|@grafana)\/|^backend\/ingest\/spool\//;
    expect(sources.filter((source) => unneeded.test(source))).toEqual([]);
  });

  test.each([
    ['tokens', ['token', 'list']],
    ['credentials', ['credential', 'list']],
    ['audit', ['audit', 'list']],
    ['push', ['push', 'show']],
    ['catalogues', ['catalogue', '--help']],
  ])('by a command of %s: neither the server nor another command', async (name, args) => {
    const { config } = await makePlace();
    const given = args.includes('--help') ? args : [...args, '--config', config];
    const sources = await loadedBy((env) => {
      const command = spawnSync(process.execPath, ['--import', PROBE, CLI, ...given], {
        env: { ...process.env, ...env },
      });
      expect(command.status).toBe(0);
      return Promise.resolve();
    });
    expect(sources).toContain(`backend/cli/${name}.ts`);
    for (const other of commands.filter((one) => one !== name))
      expect(sources).not.toContain(`backend/cli/${other}.ts`);
    const ofTheServer = /^backend\/(?:server|app|background)\.ts$|^node_modules\/fastify\//;
    expect(sources.filter((source) => ofTheServer.test(source))).toEqual([]);
  });
});
