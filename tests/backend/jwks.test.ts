import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../support/certificate.ts';
import { clock, grafana, rejected } from '../support/grafana.ts';
import { identity, signingKey, type KeyServer, type SigningKey } from '../support/jwks.ts';

const MINUTE = 60_000;

describe('Grafana’s keys', () => {
  test('are fetched once and kept for ten minutes', async () => {
    const { key, server, verify } = await grafana();
    for (let asked = 0; asked < 5; asked++) await verify(await identity(key, clock.now()));
    expect(server.asked()).toBe(1);
    clock.advance(10 * MINUTE);
    await verify(await identity(key, clock.now()));
    expect(server.asked()).toBe(2);
  });

  test('are fetched again for a key that is not known, at most once a minute', async () => {
    const { key, server, verify } = await grafana();
    await verify(await identity(key, clock.now()));
    const next = await signingKey('next');
    server.publish(key, next);
    for (let asked = 0; asked < 5; asked++) {
      await expect(verify(await identity(next, clock.now()))).rejects.toMatchObject(rejected());
    }
    expect(server.asked()).toBe(1);
    clock.advance(MINUTE);
    expect(await verify(await identity(next, clock.now()))).toMatchObject({ name: 'ada' });
    const unknown = await signingKey('unknown');
    for (let asked = 0; asked < 5; asked++) {
      await expect(verify(await identity(unknown, clock.now()))).rejects.toMatchObject(rejected());
    }
    expect(server.asked()).toBe(2);
  });

  test('are fetched again for a new key after a minute, wherever the wall clock was set meanwhile', async () => {
    const { key, server, verify } = await grafana();
    await verify(await identity(key, clock.now()));
    const next = await signingKey('next');
    server.publish(key, next);
    clock.step(-60 * MINUTE);
    clock.advance(MINUTE - 1);
    await expect(verify(await identity(next, clock.now()))).rejects.toMatchObject(rejected(/key id "next"/));
    clock.advance(1);
    expect(await verify(await identity(next, clock.now()))).toMatchObject({ name: 'ada' });
    clock.step(60 * MINUTE);
    await verify(await identity(next, clock.now()));
    expect(server.asked()).toBe(2);
  });

  test('are fetched once for all who ask at the same time', async () => {
    const { key, server, verify } = await grafana();
    const jwt = await identity(key, clock.now());
    await Promise.all([verify(jwt), verify(jwt), verify(jwt)]);
    expect(server.asked()).toBe(1);
  });

  const failures: [string, (server: KeyServer, key: SigningKey) => Promise<void> | void, RegExp][] = [
    ['is down', (server) => server.close(), /nobody answers there \(ECONNREFUSED\)/],
    ['answers 500', (server) => server.serve((response) => response.writeHead(500).end('{}')), /status 500/],
    ['does not know the path', (server) => server.serve((response) => response.writeHead(404).end('{}')), /status 404/],
    [
      'redirects',
      (server) => server.serve((response) => response.writeHead(302, { location: server.url }).end()),
      /status 302.*redirects are not followed/,
    ],
    [
      'answers something else',
      (server) => server.serve((response) => response.end('<html>')),
      /body of its answer is not JSON/,
    ],
    [
      'answers no keys',
      (server) => server.serve((response) => response.end('{"keys": 1}')),
      /body of its answer is no key set/,
    ],
    [
      'answers far too much',
      (server, { jwk }) =>
        server.serve((response) => {
          response.write(`{"filler":"${'x'.repeat(70_000)}",`);
          response.end(`"keys":[${JSON.stringify(jwk)}]}`);
        }),
      /body of its answer is larger than 64 KiB/,
    ],
    ['hangs up', (server) => server.serve((response) => response.socket?.destroy()), /connection broke/],
  ];
  test.each(failures)(
    'where their server %s, nobody is known, the refusal says why, and it is asked again only after a pause',
    async (_what, fail, why) => {
      const { key, server, verify } = await grafana();
      await fail(server, key);
      for (let asked = 0; asked < 3; asked++) {
        const refusal = verify(await identity(key, clock.now()));
        await expect(refusal).rejects.toMatchObject(rejected(/auth\.grafana\.jwks_url/));
        await expect(refusal).rejects.toMatchObject(rejected(why));
      }
      expect(server.asked()).toBeLessThanOrEqual(1);
      server.publish(key);
      clock.advance(9_999);
      await expect(verify(await identity(key, clock.now()))).rejects.toMatchObject(rejected(why));
      clock.advance(1);
      if (server.asked() === 0) return; // it is down for good
      expect(await verify(await identity(key, clock.now()))).toMatchObject({ name: 'ada' });
    },
  );

  test('of a server whose certificate nobody here trusts are not fetched, and the remedy is named', async () => {
    const { cert, key: certKey } = selfSigned('localhost');
    const server = createServer({ cert, key: certKey }, (_request, response) => response.end('{"keys":[]}'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { key, verify } = await grafana(`https://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
    await expect(verify(await identity(key, clock.now()))).rejects.toMatchObject(
      rejected(/TLS failed.*certificate is not trusted.*NODE_EXTRA_CA_CERTS/),
    );
  });

  test('of a server that DNS does not know are not fetched, and the address is named without user info and query', async () => {
    const { key, verify } = await grafana('http://ada:canary@grafana.invalid/keys?secret=canary');
    const refusal = verify(await identity(key, clock.now()));
    await expect(refusal).rejects.toMatchObject(
      rejected(/jwks_url, http:\/\/grafana\.invalid\/keys: DNS finds no address for its name \(E[A-Z_]+\)\.$/),
    );
  });

  test('of a server that speaks no https are not fetched where https is asked', async () => {
    const { key, server } = await grafana();
    const { verify } = await grafana(server.url.replace('http:', 'https:'));
    await expect(verify(await identity(key, clock.now()))).rejects.toMatchObject(
      rejected(/TLS failed.*no https there/),
    );
  });

  test('that are known already stay good while their server is down', async () => {
    const { key, server, verify } = await grafana();
    await verify(await identity(key, clock.now()));
    await server.close();
    clock.advance(5 * MINUTE);
    expect(await verify(await identity(key, clock.now()))).toMatchObject({ name: 'ada' });
  });
});
