import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { ask } from '../support/http.ts';
import { spawnVitals } from '../support/command-line.ts';
import { makePlace } from '../support/place.ts';
import { listeningPorts } from '../support/proc.ts';
import { eventually, startServer } from '../support/server.ts';
import { selfSigned } from '../support/tls.ts';
import { testWith } from '../tools.ts';

const times = (text: string, part: string) => text.split(part).length - 1;

test('no signal but those that stop it ends the server, and none opens its inspector', async () => {
  const place = await makePlace();
  const server = await startServer(place.config);
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) {
    server.child.kill(signal);
    await eventually(`${signal} is logged`, () => server.output().includes(`"signal":"${signal}"`));
  }
  expect((await ask(`${place.origin}/api/health`)).status).toBe(401);
  expect(listeningPorts(server.child.pid ?? 0)).toEqual([place.port]);
  expect(server.output()).not.toContain('Debugger');
  expect(await server.kill('SIGTERM')).toBe(0);
});

testWith('openssl', 'SIGHUP reads the TLS files again', async ({ openssl }) => {
  const folder = temporaryFolder();
  const pair = selfSigned(openssl, folder, 'first');
  const used = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  copyFileSync(pair.cert, used.cert);
  copyFileSync(pair.key, used.key);
  const place = await makePlace({ tls: used });
  const server = await startServer(place.config);
  server.child.kill('SIGHUP');
  await eventually('they are read', () => times(server.output(), 'TLS certificate reloaded') === 1);
});

test('a second server on the same database does not start, and names the first', async () => {
  const place = await makePlace();
  const server = await startServer(place.config);
  const second = await spawnVitals('serve', '--config', place.config);
  expect(second).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^database\.url: [^\n]+\n$/) });
  expect(second.stderr).toContain(
    `${place.database} is served already, by process ${String(server.child.pid)}, started at 20`,
  );
  await place.mint('from the command line'); // which goes on as ever
  await server.kill('SIGKILL');
  const third = await startServer(place.config);
  expect(await third.kill('SIGTERM')).toBe(0);
});
