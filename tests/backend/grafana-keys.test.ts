import { describe, expect, test } from 'vitest';
import { clock, followClock, grafana, refused, wait } from '../support/grafana.ts';
import { identity, signingKey, type KeyServer, type SigningKey } from '../support/jwks.ts';

const MINUTE = 60_000;

followClock();

describe('Grafana’s keys', () => {
  test('are fetched once and kept for ten minutes', async () => {
    const { key, server, verify } = await grafana();
    for (let asked = 0; asked < 5; asked++) await verify(await identity(key, clock.now()));
    expect(server.asked()).toBe(1);
    wait(10 * MINUTE);
    await verify(await identity(key, clock.now()));
    expect(server.asked()).toBe(2);
  });

  test('are fetched again for a key that is not known, at most once a minute', async () => {
    const { key, server, verify } = await grafana();
    await verify(await identity(key, clock.now()));
    const next = await signingKey('next');
    server.publish(key, next);
    for (let asked = 0; asked < 5; asked++) {
      await expect(verify(await identity(next, clock.now()))).rejects.toMatchObject(refused());
    }
    expect(server.asked()).toBe(1);
    wait(MINUTE);
    expect(await verify(await identity(next, clock.now()))).toMatchObject({ name: 'ada' });
    const unknown = await signingKey('unknown');
    for (let asked = 0; asked < 5; asked++) {
      await expect(verify(await identity(unknown, clock.now()))).rejects.toMatchObject(refused());
    }
    expect(server.asked()).toBe(2);
  });

  const failures: [string, (server: KeyServer, key: SigningKey) => Promise<void> | void][] = [
    ['is down', (server) => server.close()],
    ['answers 500', (server) => server.serve((response) => response.writeHead(500).end('{}'))],
    ['redirects', (server) => server.serve((response) => response.writeHead(302, { location: server.url }).end())],
    ['answers something else', (server) => server.serve((response) => response.end('<html>'))],
    ['answers no keys', (server) => server.serve((response) => response.end('{"keys": 1}'))],
    [
      'answers far too much',
      (server, { jwk }) =>
        server.serve((response) => {
          response.write(`{"filler":"${'x'.repeat(70_000)}",`);
          response.end(`"keys":[${JSON.stringify(jwk)}]}`);
        }),
    ],
    ['hangs up', (server) => server.serve((response) => response.socket?.destroy())],
  ];
  test.each(failures)(
    'where their server %s, nobody is known, and it is asked again only after a pause',
    async (_what, fail) => {
      const { key, server, verify } = await grafana();
      await fail(server, key);
      for (let asked = 0; asked < 3; asked++) {
        await expect(verify(await identity(key, clock.now()))).rejects.toMatchObject(refused(/auth\.grafana/));
      }
      expect(server.asked()).toBeLessThanOrEqual(1);
      server.publish(key);
      wait(9_999);
      await expect(verify(await identity(key, clock.now()))).rejects.toMatchObject(refused());
      wait(1);
      if (server.asked() === 0) return; // it is down for good
      expect(await verify(await identity(key, clock.now()))).toMatchObject({ name: 'ada' });
    },
  );

  test('that are known already stay good while their server is down', async () => {
    const { key, server, verify } = await grafana();
    await verify(await identity(key, clock.now()));
    await server.close();
    wait(5 * MINUTE);
    expect(await verify(await identity(key, clock.now()))).toMatchObject({ name: 'ada' });
  });
});
