import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { AuditEvent } from '../../contract/api.ts';
import { openServices } from '../../backend/services.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { runVitals, spawnVitals } from '../support/command-line.ts';
import { makePlace, type Place } from '../support/place.ts';
import { record } from '../support/retention.ts';

const CLI = fileURLToPath(new URL('../../build/bin/vitals.js', import.meta.url));

async function fill(place: Place, count: number) {
  const services = await openServices(loadConfig(place.config), systemClock, silentLogger);
  await record({ services }, count);
  await services.close();
}

test('the command line exports what is filtered, to standard output or into a file of its owner, and is recorded', async () => {
  const place = await makePlace();
  await place.mint('Prometheus');
  await fill(place, 20);
  const exporting = ['audit', 'export', '--config', place.config];
  const run = (...args: string[]) => runVitals(...exporting, ...args);

  const csv = await spawnVitals(...exporting, '--event', 'token.created', '--ip', '192.0.2.1');
  expect([csv.code, csv.stderr, csv.stdout.split('\r\n').length]).toEqual([0, '', 22]);

  const file = join(place.folder, 'export.ndjson');
  const silent = await run('--format', 'ndjson', '--output', file);
  expect(silent).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const story = await place.story();
  expect(lines.map((line) => JSON.parse(line) as AuditEvent)).toEqual(story.slice(0, 22));
  expect(story.slice(21)).toMatchObject([
    { event: 'audit.exported', via: 'cli', details: { format: 'csv', filters: { ip: '192.0.2.1' } } },
    { event: 'audit.exported', via: 'cli', details: { format: 'ndjson', filters: {} } },
  ]);

  const nowhere = await run('--output', join(place.folder, 'no', 'such', 'folder'));
  expect([nowhere.code, nowhere.stderr]).toEqual([
    1,
    expect.stringMatching(/^--output: .+ cannot be written \(ENOENT\)\.\n$/),
  ]);
  expect((await run('--from', 'yesterday')).code).toBe(1);
  expect((await run('--format', 'xml')).code).toBe(2);
});

test('a reader that has seen enough ends it without a complaint', async () => {
  const place = await makePlace();
  await fill(place, 5_000);
  const child = spawn(process.execPath, [CLI, 'audit', 'export', '--config', place.config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
