import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runVitals } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';
import { writeConfig } from '../support/server.ts';

const script = join(import.meta.dirname, '../../scripts/first-secrets.mjs');
const files = [
  'grafana/api-token',
  'grafana/admin-password',
  'prometheus/scrape-token',
  'clickhouse-password/password',
  'clickhouse-users/vitals.xml',
];

test('the one-shot step makes each secret once, shows none, and makes a lost one again', async () => {
  const folder = temporaryFolder();
  const config = writeConfig(folder, { prometheus: { enabled: true } });
  for (const file of files) mkdirSync(join(folder, file.split('/')[0]!), { recursive: true });
  const run = () => {
    const env = { ...process.env, VITALS_CONFIG: config, VITALS_SECRETS: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  };
  const secret = (file: string) => readFileSync(join(folder, file), 'utf8');
  const said = run();
  const first = files.map(secret);

  expect(secret('prometheus/scrape-token')).toMatch(/^vst_[A-Za-z0-9]{49}$/);
  expect(secret('grafana/api-token')).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(secret('grafana/admin-password')).toMatch(/^[\w-]{24}$/);
  const hash = createHash('sha256').update(secret('clickhouse-password/password')).digest('hex');
  expect(secret('clickhouse-users/vitals.xml')).toContain(`<password_sha256_hex>${hash}</password_sha256_hex>`);
  for (const text of first.slice(0, 4)) expect(said).not.toContain(text);
  for (const file of files) expect(statSync(join(folder, file)).mode & 0o444, file).toBe(0o444);

  const list = async (what: string) =>
    JSON.parse((await runVitals(what, 'list', '--json', '--config', config)).stdout).items;
  expect(await list('token')).toMatchObject([{ name: 'Prometheus', status: 'active' }]);
  expect(await list('credential')).toMatchObject([{ name: 'Grafana', role: 'grafana', status: 'active' }]);

  expect(run()).toBe('');
  expect(files.map(secret)).toEqual(first);

  rmSync(join(folder, 'prometheus/scrape-token'));
  rmSync(join(folder, 'clickhouse-users/vitals.xml'));
  run();
  expect(await list('token')).toHaveLength(2);
  expect(await list('credential')).toHaveLength(1);
  const again = createHash('sha256').update(secret('clickhouse-password/password')).digest('hex');
  expect(secret('clickhouse-users/vitals.xml')).toContain(again);
});
