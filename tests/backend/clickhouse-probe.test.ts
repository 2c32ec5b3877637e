import { describe, expect, test } from 'vitest';
import { createClickHouseErrors } from '../../backend/clickhouse/operations.ts';
import { createProbe, type Clock } from '../../backend/clickhouse/probe.ts';
import { rememberingLogger } from './clickhouse-harness.ts';

function fakeClock() {
  let now = 1_000;
  let timer: { every: number; next: number; run: () => void } | undefined;
  const clock: Clock = {
    now: () => now,
    every(ms, run) {
      timer = { every: ms, next: now + ms, run };
      return () => (timer = undefined);
    },
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    running: () => timer !== undefined,
    settle,
    async advance(ms: number) {
      await settle();
      const until = now + ms;
      while (timer !== undefined && timer.next <= until) {
        now = timer.next;
        timer.next += timer.every;
        timer.run();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}

function fakeClickHouse() {
  const asked: { answer: () => void; fail: (error: Error) => void }[] = [];
  return {
    asked,
    last: () => asked.at(-1) as (typeof asked)[number],
    probe: () => new Promise<void>((answer, fail) => asked.push({ answer, fail })),
  };
}

async function started() {
  const time = fakeClock();
  const client = fakeClickHouse();
  const errors = createClickHouseErrors();
  const { logger, lines } = rememberingLogger();
  const probe = createProbe({ client, errors, stalenessMs: 120_000, clock: time.clock, logger });
  await time.settle();
  return { time, client, errors, lines, probe };
}

describe('the probe', () => {
  test('asks at once and is down until the first answer', async () => {
    const { client, probe, time } = await started();
    expect(client.asked).toHaveLength(1);
    expect(probe).toMatchObject({ up: false, lastOkAt: undefined });
    client.last().answer();
    await time.settle();
    expect(probe).toMatchObject({ up: true, lastOkAt: 1_000 });
  });

  test('asks every 15 seconds', async () => {
    const { client, time } = await started();
    client.last().answer();
    await time.advance(14_999);
    expect(client.asked).toHaveLength(1);
    await time.advance(1);
    expect(client.asked).toHaveLength(2);
  });

  test('stays up through failures for the staleness window, then is down, and up again with the next answer', async () => {
    const { client, errors, probe, time } = await started();
    client.last().answer();
    await time.settle();
    for (let at = 15_000; at <= 120_000; at += 15_000) {
      await time.advance(15_000);
      client.last().fail(new Error('Timeout error.'));
      await time.settle();
    }
    expect(probe.up).toBe(true);
    expect(errors).toEqual({ ...createClickHouseErrors(), probe: 8 });
    await time.advance(1);
    expect(probe.up).toBe(false);
    await time.advance(14_999);
    client.last().answer();
    await time.settle();
    expect(probe).toMatchObject({ up: true, lastOkAt: 136_000 });
  });

  test('that hangs does not pile up, and goes stale', async () => {
    const { client, probe, time } = await started();
    client.last().answer();
    await time.settle();
    await time.advance(600_000);
    expect(client.asked).toHaveLength(2);
    expect(probe.up).toBe(false);
    client.last().fail(new Error('Timeout error.'));
    await time.advance(15_000);
    expect(client.asked).toHaveLength(3);
  });

  test('says in the log when it begins to fail and when it is over, not each time', async () => {
    const { client, lines, time } = await started();
    for (let count = 0; count < 3; count += 1) {
      client.last().fail(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
      await time.advance(15_000);
    }
    client.last().answer();
    await time.settle();
    expect(lines).toEqual([
      { level: 'warn', fields: { error: 'ECONNREFUSED' }, message: 'ClickHouse does not answer' },
      { level: 'info', fields: {}, message: 'ClickHouse answers again' },
    ]);
  });

  test('that is closed asks no more and ignores what still comes', async () => {
    const { client, errors, lines, probe, time } = await started();
    probe.close();
    client.last().fail(new Error('connection closed'));
    await time.advance(60_000);
    expect(time.running()).toBe(false);
    expect(client.asked).toHaveLength(1);
    expect(errors.probe).toBe(0);
    expect(lines).toEqual([]);
  });
});
