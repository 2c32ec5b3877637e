import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makePlace } from '../support/place.ts';
import { spawnServer, startServer } from '../support/server.ts';
import { killRounds } from '../support/kill-rounds.ts';

test('killed 30 times while tokens are minted and revoked, it starts again and has lost nothing that it acknowledged', async () => {
  const { minted, revoked } = await killRounds(30);
  expect(minted).toBeGreaterThan(30);
  expect(revoked).toBeGreaterThan(0);
});

test('killed at any moment of its very first start, it starts the next time', async () => {
  for (let round = 0; round < 4; round++) {
    const place = await makePlace();
    const first = spawnServer(place.config);
    await Promise.race([delay(Math.random() * 1000), first.exited]);
    await first.kill('SIGKILL');
    const second = await startServer(place.config);
    expect(await second.kill('SIGTERM')).toBe(0);
    expect((await place.verify()).code).toBe(0);
  }
});
