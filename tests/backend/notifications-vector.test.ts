import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { newNotificationState } from '../../backend/notifications/state.ts';
import { createVectorChannel } from '../../backend/notifications/vector.ts';
import type { OutboxRow } from '../../backend/database/schema.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { fakeClock } from '../support/clock.ts';
import { whenOver } from '../support/over.ts';
import { vectorReceiver } from '../support/vector.ts';

const row: OutboxRow = {
  seq: 1,
  id: 'ntf_1',
  channel: 'vector',
  state: 'queued',
  reason: null,
  kind: 'alarm.opened',
  severity: 'info',
  title: 'Title',
  text: 'Text',
  audience: 'all',
  alarm_id: null,
  token_id: null,
  at: 0,
};

function channelTo(url: string, openAfterMs = 30_000) {
  const clock = fakeClock();
  const state = newNotificationState();
  const reported: boolean[] = [];
  const channel = createVectorChannel({
    url,
    timeoutMs: 5_000,
    openAfterMs,
    clock,
    logger: silentLogger,
    state,
    initiallyOpen: false,
    onBreaker: (isOpen) => void reported.push(isOpen),
  });
  const deliver = async () => (await channel.deliver([row], new AbortController().signal)).is;
  return { channel, clock, state, reported, deliver };
}

afterEach(() => void vi.restoreAllMocks());

test('a redirect is not followed: what is sent goes to the address that is configured, or nowhere', async () => {
  const elsewhere = await vectorReceiver();
  const redirecting = createServer((request, response) => {
    request.resume();
    response.writeHead(307, { location: elsewhere.url }).end();
  }).listen(0, '127.0.0.1');
  await once(redirecting, 'listening');
  whenOver(() => {
    redirecting.closeAllConnections();
    redirecting.close();
  });
  const { port } = redirecting.address() as AddressInfo;
  expect(await channelTo(`http://127.0.0.1:${port}/`).deliver()).toBe('later');
  expect(elsewhere.requests).toEqual([]);
});

test.each([
  [299, 'delivered'],
  [300, 'later'],
  [399, 'later'],
  [400, 'never'],
  [499, 'never'],
  [500, 'later'],
] as const)('an answer of %d means: %s', async (status, is) => {
  const vector = await vectorReceiver();
  vector.answer(status);
  expect(await channelTo(vector.url).deliver()).toBe(is);
});

describe('the circuit breaker', () => {
  test('opens in the millisecond in which Vector was unreachable for as long as the settings say, not before', async () => {
    const vector = await vectorReceiver();
    vector.answer(503);
    const { deliver, clock, state, reported } = channelTo(vector.url);
    await deliver();
    clock.advance(29_999);
    await deliver();
    expect([state.breakerOpen, reported]).toEqual([false, []]);
    clock.advance(1);
    await deliver();
    expect([state.breakerOpen, reported]).toEqual([true, [true]]);
  });

  test('counts from the first failure after a success, and goes by no clock that steps', async () => {
    const vector = await vectorReceiver();
    const { deliver, clock, state } = channelTo(vector.url);
    vector.answer(503);
    await deliver();
    clock.advance(20_000);
    vector.answer(200);
    await deliver();
    clock.advance(20_000);
    vector.answer(503);
    await deliver();
    clock.advance(29_999);
    clock.step(3600_000);
    await deliver();
    expect(state.breakerOpen).toBe(false);
  });

  test('lets each attempt through while it is open, stays open where one fails and closes where one does not', async () => {
    const vector = await vectorReceiver();
    vector.answer(503);
    const { deliver, clock, state, reported } = channelTo(vector.url, 1_000);
    await deliver();
    clock.advance(1_000);
    await deliver();
    expect(await deliver()).toBe('later');
    expect([vector.requests.length, state.breakerOpen]).toEqual([3, true]);
    vector.answer(200);
    expect(await deliver()).toBe('delivered');
    expect([state.breakerOpen, reported]).toEqual([false, [true, false]]);
  });

  test('does not open because something is refused for good: there is somebody who says so', async () => {
    const vector = await vectorReceiver();
    vector.answer(400);
    const { deliver, clock, state } = channelTo(vector.url, 1_000);
    await deliver();
    clock.advance(2_000);
    await deliver();
    expect(state.breakerOpen).toBe(false);
  });
});

/** The shortest and the longest that chance makes of a wait, in milliseconds. */
function waits(work: () => number): number[] {
  return [0, 1 - Number.EPSILON]
    .map((chance) => {
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      return Math.round(work());
    })
    .sort((a, b) => a - b);
}

test('after failures it waits half a second, then twice as long each time, up to half a minute', () => {
  const { channel } = channelTo('http://127.0.0.1:9/', 3600_000);
  expect(waits(() => channel.retryAfterMs(1))).toEqual([250, 500]);
  expect(waits(() => channel.retryAfterMs(2))).toEqual([500, 1_000]);
  expect(waits(() => channel.retryAfterMs(6))).toEqual([8_000, 16_000]);
  for (const failures of [7, 30, 5_000]) expect(waits(() => channel.retryAfterMs(failures))).toEqual([15_000, 30_000]);
});

test.each([
  [10_000, [7_500, 10_000]],
  [3600_000, [22_500, 30_000]],
])(
  'while the breaker that opens after %d ms is open it is probed about as often, at most every half minute',
  async (openAfterMs, expected) => {
    const { channel, deliver, clock, state } = channelTo('http://127.0.0.1:9/', openAfterMs);
    await deliver();
    clock.advance(openAfterMs);
    await deliver();
    expect(state.breakerOpen).toBe(true);
    expect(waits(() => channel.retryAfterMs(1))).toEqual(expected);
    expect(waits(() => channel.retryAfterMs(99))).toEqual(expected);
  },
);
