import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { CreatedToken } from '../../contract/api.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ask } from '../support/http.ts';
import { spawnVitals } from '../support/command-line.ts';
import { makePlace, type Place } from '../support/place.ts';
import { eventually, startServer } from '../support/server.ts';
import { selfSigned } from '../support/tls.ts';
import { testWith } from '../tools.ts';

/** A request to mint a token that the server has accepted, and whose body is not sent yet. */
async function beginMinting(place: Place, jwt: string, body: string): Promise<ClientRequest> {
  const headers = {
    authorization: `Bearer ${jwt}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    expect: '100-continue',
  };
  const begun = request(`${place.origin}/api/tokens`, { method: 'POST', headers, agent: false });
  begun.flushHeaders();
  await once(begun, 'continue');
  return begun;
}

async function noLongerListens(place: Place): Promise<void> {
  await eventually('it listens no longer', () =>
    ask(place.origin, { agent: new Agent() }).then(
      () => false,
      (error: unknown) => (error as NodeJS.ErrnoException).code === 'ECONNREFUSED',
    ),
  );
}

describe('told to stop', () => {
  test('it ends the requests that are under way, and exits with 0', async () => {
    const place = await makePlace();
    const jwt = await place.jwt('admin');
    const server = await startServer(place.config);
    const body = JSON.stringify({ name: 'minted at the last moment' });
    const begun = await beginMinting(place, jwt, body);
    const answered = once(begun, 'response');
    answered.catch(() => undefined); // it is awaited below

    const exited = server.kill('SIGTERM');
    await noLongerListens(place);
    begun.end(body);
    const [answer] = (await answered) as [IncomingMessage];
    expect(answer.statusCode).toBe(201);
    const minted = JSON.parse(Buffer.concat((await answer.toArray()) as Buffer[]).toString()) as CreatedToken;

    expect(await exited).toBe(0);
    expect([...server.output().matchAll(/"step":"([^"]+)".*"shutdown step done"/g)].map(([, step]) => step)).toEqual([
      'stop accepting',
      'drain requests',
      'stop background',
      'flush',
      'close database',
    ]);
    expect(await place.tokens()).toMatchObject([{ id: minted.token.id, name: 'minted at the last moment' }]);
    expect((await place.verify()).code).toBe(0);
  });

  test('it does not wait for a request that never ends', async () => {
    const place = await makePlace();
    const jwt = await place.jwt('admin');
    const server = await startServer(place.config);
    const begun = await beginMinting(place, jwt, '{"name":"never sent"}');
    const cut = once(begun, 'error');
    expect(await server.kill('SIGTERM')).toBe(0);
    expect(await cut).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(await place.tokens()).toEqual([]);
  });

  test('it writes the last uses and the refused scrapes that it still held back', async () => {
    const place = await makePlace();
    const { token, secret } = await place.mint('Prometheus');
    const server = await startServer(place.config);
    const before = Date.now();
    const scrape = async (credential: string) => {
      const headers = { authorization: `Bearer ${credential}` };
      return (await ask(`${place.origin}/api/metrics/prometheus`, { headers })).status;
    };
    for (let i = 0; i < 5; i++) expect(await scrape('not-a-scrape-token')).toBe(401);
    expect(await scrape(secret)).toBe(200);
    expect(await server.kill('SIGINT')).toBe(0);

    const [row] = await place.tokens();
    expect(row).toMatchObject({ id: token.id, lastIp: '127.0.0.1' });
    expect(Date.parse(row?.lastUsedAt ?? '')).toBeGreaterThanOrEqual(before);
    expect((await place.story()).slice(1)).toMatchObject([
      { event: 'scrape.refused', ip: '127.0.0.1', details: { reason: 'wrong_type', count: 1 } },
      { event: 'scrape.refused', ip: '127.0.0.1', details: { reason: 'wrong_type', count: 4 } },
    ]);
    expect((await place.verify()).code).toBe(0);
  });
});

describe('vitals healthcheck', () => {
  const healthcheck = (place: Place, ...options: string[]) =>
    spawnVitals('healthcheck', '--config', place.config, ...options);

  test('exits with 0 beside a server that is well, and all of them share one credential', async () => {
    const place = await makePlace();
    await startServer(place.config);
    const first = await Promise.all([healthcheck(place), healthcheck(place)]);
    for (const result of [...first, await healthcheck(place)]) {
      expect(result).toEqual({ code: 0, stdout: expect.stringMatching(/^ok: version .+, database ok\n$/), stderr: '' });
    }
    expect(JSON.parse((await healthcheck(place, '--json')).stdout)).toMatchObject({ status: 'ok', database: 'ok' });
    expect(await place.credentials()).toMatchObject([{ name: 'vitals healthcheck', role: 'viewer', status: 'active' }]);
    expect((await place.story()).map(({ event }) => event)).toEqual(['credential.issued']);
  });

  test('exits with 1 and one line where nothing listens, or something else does', async () => {
    const place = await makePlace();
    expect(await healthcheck(place)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The backend does not answer on port \d+: [^\n]+\n$/),
    });

    const other = await makePlace({ settings: { server: { port: place.port } } });
    await startServer(other.config);
    expect(await healthcheck(place)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'The backend answered 401 instead of its health.\n',
    });
  });

  testWith('openssl', 'asks a server that speaks https, by its own certificate', async ({ openssl }) => {
    const place = await makePlace({ tls: selfSigned(openssl, temporaryFolder(), 'appliance.example.com') });
    await startServer(place.config);
    expect(await healthcheck(place)).toMatchObject({ code: 0, stderr: '' });
  });
});
