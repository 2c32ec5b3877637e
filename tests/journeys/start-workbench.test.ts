import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CredentialList } from '../../contract/api.ts';
import { ask } from '../support/http.ts';
import { runVitals } from '../support/command-line.ts';
import { eventually, freePort } from '../support/server.ts';
import { copyProject, npmStart, type Start } from '../support/start.ts';

const PLUGIN = 'appliance-vitals-app';

/** The configuration that `npm start` writes where there is none, with a port of its own instead of 9470. */
async function firstConfig(copy: string, workbenchPort: number): Promise<string> {
  const write = `(await import('./scripts/first-config.mjs')).configFile({ workbenchPort: ${workbenchPort} })`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', `await ${write}`], { cwd: copy });
  const config = join(copy, 'data/config.yaml');
  const text = readFileSync(config, 'utf8').replace('port: 9470', `port: ${await freePort()}`);
  writeFileSync(config, text.replace(/^clickhouse:[^]*/m, '')); // which takes its time, and is tested elsewhere
  return config;
}

const linkOf = ({ output }: Start) =>
  eventually('it prints the link', () => /^ {2}(http:\/\/127\.0\.0\.1:\d+\/enter\?key=\S+)$/m.exec(output())?.[1]);

/** Enters with the link, as a browser does. */
async function enter(link: string) {
  const { status, headers } = await ask(link);
  expect(status).toBe(200);
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  return (path: string) => ask(`${new URL(link).origin}${path}`, { headers: { cookie } });
}

test('`npm start` prints a link that opens the workbench once, with a credential that is renewed only where it is refused; Ctrl-C ends both', async () => {
  const copy = copyProject();
  const port = await freePort();
  const config = await firstConfig(copy, port);
  const start = () => npmStart(copy, '--workbench-port', String(port));
  const credentials = async () => {
    const { stdout } = await runVitals('credential', 'list', '--config', config, '--json');
    return (JSON.parse(stdout) as CredentialList).items;
  };

  const first = start();
  const link = await linkOf(first);
  expect(first.output()).toContain('Workbench, a development stand-in for Grafana.');
  const get = await enter(link);
  expect((await ask(link)).status).toBe(403);
  expect((await get(`/a/${PLUGIN}`)).text).toContain('<title>Vitals workbench</title>');
  expect((await get('/host/host.js')).status).toBe(200);
  expect((await get(`/public/plugins/${PLUGIN}/module.js`)).status).toBe(200);
  const tokens = await get(`/api/plugin-proxy/${PLUGIN}/api/tokens`);
  expect(JSON.parse(tokens.text)).toMatchObject({ total: 1, items: [{ name: 'First Prometheus' }] });

  expect(await credentials()).toMatchObject([{ name: 'Workbench', role: 'grafana', status: 'active' }]);
  const file = join(copy, 'data/workbench/credential');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const kept = readFileSync(file, 'utf8');
  expect(await first.ctrlC()).toBe(0);
  await expect(ask(link)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

  const second = start();
  const other = await linkOf(second);
  expect(other).not.toBe(link);
  expect(readFileSync(file, 'utf8')).toBe(kept);
  await runVitals('credential', 'revoke', (await credentials())[0]?.id ?? '', '--config', config);
  const rejected = await enter(other).then((ask) => ask(`/api/plugin-proxy/${PLUGIN}/api/tokens`));
  expect(rejected.status).toBe(401);
  expect(await second.ctrlC()).toBe(0);

  const third = start();
  const answered = await enter(await linkOf(third)).then((ask) => ask(`/api/plugin-proxy/${PLUGIN}/api/tokens`));
  expect(answered.status).toBe(200);
  expect((await credentials()).map(({ status }) => status)).toEqual(['active', 'revoked']);
  expect(await third.ctrlC()).toBe(0);
  expect(`${first.output()}${second.output()}${third.output()}`).not.toContain(kept);
});
