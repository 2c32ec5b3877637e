import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openServices } from '../../backend/services.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { fakeClock } from '../support/clock.ts';
import { makePlace } from '../support/place.ts';
import { DAY_MS, engineSaw, record } from '../support/retention.ts';

const PRUNER = fileURLToPath(new URL('../../build/tests/support/pruner.js', import.meta.url));
const OLD = 4_000;
const YOUNG = 50;

test('killed at any moment of retention the log verifies, and the next run ends what that one began', async () => {
  const place = await makePlace({ settings: { retention: { audit_days: 10 } } });
  const clock = fakeClock(Date.now() - 30 * DAY_MS);
  const services = await openServices(loadConfig(place.config), clock, silentLogger);
  await record({ services }, OLD);
  clock.advance(29 * DAY_MS);
  await record({ services }, YOUNG);
  await engineSaw({ services });
  await services.close();

  let kills = 0;
  for (let isDone = false; !isDone;) {
    const child = spawn(process.execPath, [PRUNER, place.config], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit') as Promise<[number | null]>;
    await once(child.stdout, 'data');
    // The walk along the rows comes first, so that a later kill falls into their removal.
    await Promise.race([delay(50 + Math.random() * 150 * (kills + 1)), exited]);
    child.kill('SIGKILL');
    isDone = (await exited)[0] === 0;
    if (!isDone) kills += 1;
    const { code, stdout, stderr } = await place.verify();
    expect({ kills, code, stderr }).toEqual({ kills, code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^(${OLD + YOUNG}|${YOUNG + 1}) rows verified`));
  }
  expect(kills).toBeGreaterThan(0);
  const story = await place.story();
  expect(story.map(({ event }) => event).filter((event) => event === 'audit.pruned')).toHaveLength(1);
  expect(story[0]?.seq).toBe(OLD + 1);
});
