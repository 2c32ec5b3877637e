import { expect, test, vi } from 'vitest';
import { createTokenMaintenance, MAINTENANCE_INTERVAL_MS } from '../../backend/tokens/maintenance.ts';
import { fakeClock } from '../support/clock.ts';

/** Token maintenance whose runs are looked at from outside. */
function maintenanceOf(serves: boolean, round: (servedMs: number) => Promise<void> = () => Promise.resolve()) {
  const clock = fakeClock();
  const maintain = vi.fn(round);
  const logged = vi.fn();
  const logger = { info: logged, warn: logged, error: logged };
  return {
    clock,
    maintain,
    logged,
    maintenance: createTokenMaintenance({ tokens: { maintain }, serves, clock, logger }),
  };
}

test('a round is told how long scrapes were answered: not while it stood still, nor with the endpoint off', async () => {
  const on = maintenanceOf(true);
  const off = maintenanceOf(false);
  for (const ms of [MAINTENANCE_INTERVAL_MS, 3 * MAINTENANCE_INTERVAL_MS, 3600_000]) {
    for (const { clock, maintenance } of [on, off]) {
      clock.advance(ms);
      clock.step(24 * 3600_000);
      await maintenance.run();
    }
  }
  expect(on.maintain.mock.calls).toEqual([[5000], [15_000], [15_000]]);
  expect(off.maintain.mock.calls).toEqual([[0], [0], [0]]);
});

test('that rounds fail is logged once, and their end; the time is is forgotten, and the next one comes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let fails = 2;
    const { clock, maintain, logged, maintenance } = maintenanceOf(true, () =>
      fails-- > 0 ? Promise.reject(new Error('the disk is full')) : Promise.resolve(),
    );
    maintenance.start();
    for (let i = 0; i < 3; i++) {
      clock.advance(MAINTENANCE_INTERVAL_MS);
      await vi.advanceTimersByTimeAsync(MAINTENANCE_INTERVAL_MS);
    }
    expect(maintain.mock.calls).toEqual([[5000], [5000], [5000]]);
    expect(logged.mock.calls.map(([, message]) => String(message))).toEqual([
      'token maintenance failed',
      'token maintenance works again',
    ]);
    await maintenance.stop();
    await vi.advanceTimersByTimeAsync(10 * MAINTENANCE_INTERVAL_MS);
    expect(maintain).toHaveBeenCalledTimes(3);
  } finally {
    vi.useRealTimers();
  }
});

test('closing waits for the round that is under way, and none comes after it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let end: () => void = () => undefined;
    const under = new Promise<void>((resolve) => (end = resolve));
    const { maintain, maintenance } = maintenanceOf(true, () => under);
    maintenance.start();
    await vi.advanceTimersByTimeAsync(MAINTENANCE_INTERVAL_MS);
    let closed = false;
    const closing = maintenance.stop().then(() => (closed = true));
    await vi.advanceTimersByTimeAsync(MAINTENANCE_INTERVAL_MS);
    expect(closed).toBe(false);
    end();
    await closing;
    await vi.advanceTimersByTimeAsync(10 * MAINTENANCE_INTERVAL_MS);
    expect(maintain).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});
