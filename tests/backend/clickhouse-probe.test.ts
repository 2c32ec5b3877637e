import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClickHouseErrors } from '../../backend/clickhouse/state.ts';
import { startProbe } from '../../backend/clickhouse/probe.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { rememberingLogger } from './clickhouse-harness.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const settle = () => advance(0);

function fakeClickHouse() {
  const asked: { answer: () => void; fail: (error: Error) => void }[] = [];
  return {
    asked,
    last: () => asked.at(-1) as (typeof asked)[number],
    probe: () => new Promise<void>((answer, fail) => asked.push({ answer, fail })),
  };
}

async function started() {
  const client = fakeClickHouse();
  const errors = createClickHouseErrors();
  const { logger, lines } = rememberingLogger();
  const probe = startProbe({ client, errors, stalenessMs: 120_000, clock: systemClock, logger });
  await settle();
  return { client, errors, lines, probe };
}

describe('the probe', () => {
  test('asks at once and is down until the first answer', async () => {
    const startedAt = performance.now();
    const { client, probe } = await started();
    expect(client.asked).toHaveLength(1);
    expect(probe).toMatchObject({ up: false, lastOkAt: undefined });
    client.last().answer();
    await settle();
    expect(probe).toMatchObject({ up: true, lastOkAt: startedAt });
  });

  test('asks every 15 seconds', async () => {
    const { client } = await started();
    client.last().answer();
    await advance(14_999);
    expect(client.asked).toHaveLength(1);
    await advance(1);
    expect(client.asked).toHaveLength(2);
  });

  test('stays up through failures for the staleness window, then is down, and up again with the next answer', async () => {
    const startedAt = performance.now();
    const { client, errors, probe } = await started();
    client.last().answer();
    await settle();
    for (let at = 15_000; at <= 120_000; at += 15_000) {
      await advance(15_000);
      client.last().fail(new Error('Timeout error.'));
      await settle();
    }
    expect(probe.up).toBe(true);
    expect(errors).toEqual({ ...createClickHouseErrors(), probe: 8 });
    await advance(1);
    expect(probe.up).toBe(false);
    await advance(14_999);
    client.last().answer();
    await settle();
    expect(probe).toMatchObject({ up: true, lastOkAt: startedAt + 135_000 });
  });

  test('that hangs does not pile up, and goes stale', async () => {
    const { client, probe } = await started();
    client.last().answer();
    await settle();
    await advance(600_000);
    expect(client.asked).toHaveLength(2);
    expect(probe.up).toBe(false);
    client.last().fail(new Error('Timeout error.'));
    await advance(15_000);
    expect(client.asked).toHaveLength(3);
  });

  test('says in the log when it begins to fail and when it is over, not each time', async () => {
    const { client, lines } = await started();
    for (let count = 0; count < 3; count += 1) {
      client.last().fail(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
      await advance(15_000);
    }
    client.last().answer();
    await settle();
    expect(lines).toEqual([
      { level: 'warn', fields: { error: 'ECONNREFUSED' }, message: 'ClickHouse probe failed' },
      { level: 'info', fields: { failures: 3, forSeconds: 45 }, message: 'ClickHouse probe works again' },
    ]);
  });

  test('that is stopped asks no more and ignores what still comes', async () => {
    const { client, errors, lines, probe } = await started();
    const stopped = probe.stop();
    client.last().fail(new Error('connection closed'));
    await stopped;
    await advance(60_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(client.asked).toHaveLength(1);
    expect(errors.probe).toBe(0);
    expect(lines).toEqual([]);
  });
});
