import { describe, expect, test } from 'vitest';
import { createConsumerTracker } from '../../backend/tokens/usage/consumers.ts';
import { actor, bearer, testApp, type TestApp } from '../support/app.ts';
import { rawConnection } from '../support/services.ts';
import { MINUTE, pass, scrape, testMaintenance, tokenApi } from '../support/tokens.ts';

const HOUR = 60 * MINUTE;

/** Scrapes every so often with what the tracker learns of them. */
function scrapes(track: ReturnType<typeof createConsumerTracker>, who: string, times: readonly number[]) {
  return times.map((at) => track('tok', who, at)).at(-1);
}

describe('the usual interval', () => {
  const usual = (times: readonly number[]) => scrapes(createConsumerTracker(), 'a', times)?.usualMs;

  test('is the median of the latest gaps, so that jitter and one outage change nothing', () => {
    expect(usual([0, 30_010, 60_000, 89_990, 120_005])).toBe(30_010);
    expect(usual([0, 30_000, 60_000, 90_000, 7_290_000, 7_320_000])).toBe(30_000);
  });

  test('is not known from two or three scrapes', () => {
    expect(usual([0, 30_000, 60_000])).toBeNull();
    expect(usual([0, 30_000, 60_000, 90_000])).toBe(30_000);
  });

  test('follows a job that is changed', () => {
    const before = Array.from({ length: 20 }, (_, i) => i * 60_000);
    const after = Array.from({ length: 6 }, (_, i) => 19 * 60_000 + (i + 1) * 10_000);
    expect(usual([...before, ...after])).toBe(10_000);
  });

  test('of a pair is that of each, not that between them', () => {
    const track = createConsumerTracker();
    for (let at = 0; at < 10; at++) {
      track('tok', 'a', at * 30_000);
      track('tok', 'b', at * 30_000 + 1_000);
    }
    const { usualMs, ownUsualMs, shared } = track('tok', 'a', 300_000);
    expect({ usualMs, ownUsualMs, shared }).toEqual({ usualMs: 30_000, ownUsualMs: 30_000, shared: true });
  });
});

describe('a token counts as shared', () => {
  const steady = [0, 30, 60, 90, 120].map((second) => second * 1000);

  test('while two come in turns, and not when one comes after the other', () => {
    const track = createConsumerTracker();
    scrapes(track, 'a', steady);
    expect(scrapes(track, 'moved', [150_000, 180_000, 210_000])?.shared).toBe(false);
    expect(scrapes(track, 'a', [220_000])?.shared).toBe(true);
  });

  test('not by a second one who came once, nor by one who comes back after a long time', () => {
    const track = createConsumerTracker();
    scrapes(track, 'a', steady);
    expect(scrapes(track, 'b', [125_000])?.shared).toBe(false);
    expect(scrapes(track, 'a', [150_000, 7_200_000, 7_230_000])?.shared).toBe(false);
    expect(scrapes(track, 'b', [7_240_000])?.shared).toBe(false);
  });

  test('never before any interval is usual', () => {
    const track = createConsumerTracker();
    scrapes(track, 'a', [0]);
    scrapes(track, 'b', [10]);
    expect(scrapes(track, 'a', [20])?.shared).toBe(false);
  });
});

async function minted(settings = {}) {
  const t = await testApp({ settings });
  return { t, api: await tokenApi(t), maintenance: testMaintenance(t), ...(await t.mint()) };
}

async function scrapeEvery(t: TestApp, secret: string, count: number, how = {}) {
  for (let i = 0; i < count; i++) {
    t.clock.advance(30_000);
    await scrape(t, secret, how);
  }
}

test('the last scrape, the usual interval and the consumers show, and survive a restart', async () => {
  const { t, api, id, secret } = await minted();
  expect(await api.consumers(id)).toEqual({
    usualIntervalSeconds: null,
    lastScrape: null,
    consumers: [],
    knocking: null,
    concerns: [],
  });
  await scrapeEvery(t, secret, 5);
  const headers = { ...bearer(secret), 'user-agent': '', accept: 'application/openmetrics-text' };
  await t.app.inject({ url: '/api/metrics/prometheus', headers, remoteAddress: '::ffff:192.0.2.7' });
  const seen = await api.consumers(id);
  const last = '2027-01-01T00:02:30.000Z';
  expect(seen).toEqual({
    usualIntervalSeconds: 30,
    lastScrape: {
      at: last,
      durationSeconds: expect.any(Number),
      format: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      ip: '192.0.2.7',
      userAgent: null,
    },
    consumers: [
      { ip: '192.0.2.1', userAgent: 'Prometheus/3.0', firstAt: '2027-01-01T00:00:30.000Z', lastAt: last, scrapes: 5 },
      { ip: '192.0.2.7', userAgent: null, firstAt: last, lastAt: last, scrapes: 1 },
    ],
    knocking: null,
    concerns: [],
  });
  expect(seen.lastScrape?.durationSeconds).toBeGreaterThan(0);
  const restarted = await testApp({ folder: t.folder, clock: t.clock });
  expect(await restarted.services.tokens.consumers(id)).toEqual(seen);
  await scrape(restarted, secret);
  expect(await restarted.services.tokens.consumers(id)).toMatchObject({
    usualIntervalSeconds: 30,
    consumers: [{ scrapes: 6, firstAt: '2027-01-01T00:00:30.000Z' }, { scrapes: 1 }],
  });
});

test('at most ten consumers are kept, those seen last, and none for longer than thirty days', async () => {
  const { t, id, secret } = await minted();
  for (let i = 0; i < 25; i++) {
    t.clock.advance(1000);
    await scrape(t, secret, { ip: `192.0.2.${i}` });
    if (i % 4 === 0) await t.services.tokens.maintain(0);
  }
  const ips = async () => (await t.services.tokens.consumers(id)).consumers.map(({ ip }) => ip);
  expect(await ips()).toEqual(Array.from({ length: 10 }, (_, i) => `192.0.2.${24 - i}`));
  t.clock.advance(31 * 24 * HOUR);
  await scrape(t, secret, { ip: '192.0.2.99' });
  expect(await ips()).toEqual(['192.0.2.99']);
});

test('a consumer that was last seen thirty days ago is kept, and one millisecond later it is not', async () => {
  const { t, id, secret } = await minted();
  await scrape(t, secret, { ip: '192.0.2.1' });
  const ips = async () => (await t.services.tokens.consumers(id)).consumers.map(({ ip }) => ip);
  t.clock.advance(30 * 24 * HOUR);
  await scrape(t, secret, { ip: '192.0.2.2' });
  expect(await ips()).toEqual(['192.0.2.2', '192.0.2.1']);
  t.clock.advance(1);
  await scrape(t, secret, { ip: '192.0.2.2' });
  expect(await ips()).toEqual(['192.0.2.2']);
});

test('of ten consumers each is remembered; an eleventh makes the one that was seen longest ago a stranger', () => {
  const observe = createConsumerTracker();
  let at = 0;
  const come = (name: string) => observe('tok_1', name, (at += 60_000)).ownUsualMs;
  const others = (count: number, round: string) => {
    for (let n = 1; n <= count; n++) come(`${round} ${n}`);
  };
  for (let n = 0; n < 3; n++) come('regular');
  expect(come('regular')).toBe(60_000);
  others(9, 'first');
  expect(come('regular')).toBe(60_000);
  others(9, 'second');
  expect(come('regular')).toBe(60_000);
  others(10, 'third');
  expect(come('regular')).toBeNull();
});

test('a user agent is cut at 200 characters, without what could mislead, and never shows a token', async () => {
  const { t, id, secret } = await minted();
  const long = `Prom\u0085etheus ${'x'.repeat(300)}`;
  t.services.tokens.recordUse(id, { ip: '192.0.2.1', userAgent: long, format: 'text/plain', durationMs: 1 });
  t.services.tokens.recordUse(id, {
    ip: '192.0.2.1',
    userAgent: `curl ${secret}\u202e`,
    format: 'text/plain',
    durationMs: 1,
  });
  const hidden = `wget ${secret.slice(0, 6)}\u0085${secret.slice(6)}`;
  t.services.tokens.recordUse(id, { ip: '192.0.2.1', userAgent: hidden, format: 'text/plain', durationMs: 1 });
  const { consumers } = await t.services.tokens.consumers(id);
  expect(consumers.map(({ userAgent }) => userAgent).sort()).toEqual([
    `Prometheus ${'x'.repeat(189)}`,
    'curl vst_[secret]',
    'wget vst_[secret]',
  ]);
});

test('nothing is written while a scrape is answered, and none of it is a series or a log line', async () => {
  const { t, secret } = await minted();
  const raw = rawConnection(t.config);
  raw.exec('begin immediate'); // nobody else can write
  const headers = { ...bearer(secret), 'user-agent': 'TellTale/1.0' };
  const answer = await t.app.inject({ url: '/api/metrics/prometheus', headers, remoteAddress: '203.0.113.77' });
  raw.exec('rollback');
  expect(answer.statusCode).toBe(200);
  expect(`${answer.body}${t.logged()}`).not.toMatch(/TellTale|203\.0\.113\.77/);
});

describe('an administrator should look at a token', () => {
  const warningsOf = async ({ services }: TestApp, id: string) => (await services.tokens.get(id)).concerns;

  test('that expires within 14 days', async () => {
    const { t } = await minted();
    const { id } = await t.mint('Expiring', '2027-01-16T00:00:00Z');
    expect(await warningsOf(t, id)).toEqual([]);
    t.clock.advance(24 * HOUR);
    expect(await warningsOf(t, id)).toEqual(['expires_soon']);
    t.clock.advance(15 * 24 * HOUR);
    expect(await warningsOf(t, id)).toEqual([]); // expired: its status says so
  });

  test('that several use at once, until one of them has stopped for a while', async () => {
    const { t, maintenance, id, secret } = await minted();
    for (let i = 0; i < 6; i++) {
      await scrapeEvery(t, secret, 1, { userAgent: 'A' });
      await scrape(t, secret, { userAgent: 'B' });
    }
    await maintenance.run();
    expect(await warningsOf(t, id)).toEqual(['shared']);
    const restarted = await testApp({ folder: t.folder, clock: t.clock });
    expect(await warningsOf(restarted, id)).toEqual(['shared']);
    await scrapeEvery(t, secret, 30, { userAgent: 'A' });
    await maintenance.run();
    expect(await warningsOf(t, id)).toEqual([]);
  });

  test('whose scrapes stopped coming while the backend served, unless it was replaced', async () => {
    const { t, maintenance, id, secret } = await minted();
    const rare = await t.mint('Never used often');
    await scrape(t, rare.secret);
    await scrapeEvery(t, secret, 5);
    await pass(t, maintenance, 10 * MINUTE);
    t.clock.advance(24 * HOUR); // it stood still
    expect(await warningsOf(t, id)).toEqual([]);
    await pass(t, maintenance, MINUTE);
    expect(await warningsOf(t, id)).toEqual(['silent']);
    expect(await warningsOf(t, rare.id)).toEqual([]);
    await scrape(t, secret);
    expect(await warningsOf(t, id)).toEqual([]);
    await pass(t, maintenance, 11 * MINUTE);
    await t.services.tokens.rotate(id, { grace: 3600 }, actor);
    expect(await warningsOf(t, id)).toEqual([]);
  });

  test('that is used although it is no longer valid, for a day', async () => {
    const { t, maintenance, id, secret } = await minted();
    await t.services.tokens.revoke(id, actor);
    for (let i = 0; i < 3; i++) await scrape(t, secret, { ip: '198.51.100.4' });
    await maintenance.run();
    await scrape(t, secret, { ip: '198.51.100.5' });
    const lastAt = '2027-01-01T00:00:00.000Z';
    expect(await t.services.tokens.consumers(id)).toMatchObject({
      knocking: { ip: '198.51.100.5', reason: 'revoked', count: 4, lastAt },
      concerns: ['knocking'],
      consumers: [],
    });
    const restarted = await testApp({ folder: t.folder, clock: t.clock });
    expect(await warningsOf(restarted, id)).toEqual(['knocking']);
    t.clock.advance(24 * HOUR + 1);
    expect(await t.services.tokens.consumers(id)).toMatchObject({ knocking: null, concerns: [] });

    const expired = await t.mint('Expired', new Date(t.clock.now() + 1000).toISOString());
    t.clock.advance(1000);
    await scrape(t, expired.secret);
    expect((await t.services.tokens.consumers(expired.id)).knocking).toMatchObject({ reason: 'expired', count: 1 });
  });

  test('is not of late where a clock that ran ahead said so', async () => {
    const { t, maintenance, id, secret } = await minted();
    const year = 365 * 24 * HOUR;
    t.clock.step(year);
    for (let turn = 0; turn < 8; turn++) {
      t.clock.advance(30_000);
      for (const ip of ['198.51.100.4', '198.51.100.5']) await scrape(t, secret, { ip });
    }
    await maintenance.run();
    expect(await warningsOf(t, id)).toEqual(['shared']);
    t.clock.step(-year);
    expect(await warningsOf(t, id)).toEqual([]);
    t.clock.step(year);
    await t.services.tokens.revoke(id, actor);
    await scrape(t, secret);
    await maintenance.run();
    expect(await warningsOf(t, id)).toEqual(['knocking']);
    t.clock.step(-year);
    expect(await warningsOf(t, id)).toEqual([]);
  });

  test('and the listing asks the database for it once, however many tokens it shows', async () => {
    const { t, maintenance, id, secret } = await minted();
    for (let i = 0; i < 20; i++) await t.mint();
    await t.services.tokens.revoke(id, actor);
    await scrape(t, secret);
    await maintenance.run();
    const asked: string[] = [];
    const read = t.services.database.read.withPlugin({
      transformQuery: ({ node }) => (asked.push(node.kind), node),
      transformResult: ({ result }) => Promise.resolve(result),
    });
    const { createTokenService } = await import('../../backend/tokens/service.ts');
    const { services, clock } = t;
    const service = createTokenService({
      database: { ...services.database, read },
      audit: services.audit,
      notify: services.notify,
      clock,
      logger: t.app.log,
      maxLifetimeDays: undefined,
      inventories: [],
    });
    asked.length = 0;
    const { items } = await service.list({ sort: 'createdAt', limit: 200 });
    expect(items.map(({ concerns }) => concerns.length).filter((count) => count > 0)).toEqual([1]);
    expect(asked).toHaveLength(2);
  });
});
