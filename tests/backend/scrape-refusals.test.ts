import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createScrapeRefusals, type RefusedScrape } from '../../backend/scrape/refusals.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { bearer, testApp } from '../support/app.ts';
import { breakInserts, testServices } from '../support/services.ts';

const MINUTE = 60_000;
const token = { id: 'tok_1', name: 'Prometheus' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

async function refusing() {
  const t = await testServices();
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  const refusals = createScrapeRefusals(t.services.database, t.services.audit, t.clock, logger);
  return {
    ...t,
    services: t.services,
    refusals,
    lines,
    refuse(ip: string, more: Partial<RefusedScrape> = {}) {
      refusals.note({ reason: 'unknown', token: null, ip, ...more });
    },
    wait(ms: number) {
      t.clock.advance(ms);
      vi.advanceTimersByTime(ms);
    },
    /** The rows, oldest first, once `count` of them are there. */
    async rows(count: number) {
      await vi.waitFor(async () => expect((await t.services.audit.head()).seq).toBeGreaterThanOrEqual(count));
      const { items } = await t.services.audit.list({ limit: 200 });
      expect(items).toHaveLength(count);
      return items.reverse();
    },
  };
}

test('the first refusal is a row at once, with its reason, token and address', async () => {
  const { refuse, rows } = await refusing();
  refuse('192.0.2.1', { reason: 'expired', token });
  expect(await rows(1)).toMatchObject([
    {
      event: 'scrape.refused',
      at: '2027-01-01T00:00:00.000Z',
      actor: null,
      via: 'scrape',
      ip: '192.0.2.1',
      target: 'tok_1',
      details: { reason: 'expired', count: 1, name: 'Prometheus' },
    },
  ]);
});

test('the rest of the minute becomes one row, with how often and between when', async () => {
  const { refuse, wait, rows } = await refusing();
  refuse('192.0.2.1');
  for (let more = 0; more < 30; more++) {
    wait(1000);
    refuse('192.0.2.1');
  }
  expect(await rows(1)).toMatchObject([{ details: { count: 1 } }]);
  wait(30_000);
  expect((await rows(2))[1]?.details).toEqual({
    reason: 'unknown',
    count: 30,
    firstAt: '2027-01-01T00:00:01.000Z',
    lastAt: '2027-01-01T00:00:30.000Z',
  });
});

test('a minute later the next refusal is a row at once again, and a quiet minute writes nothing', async () => {
  const { refuse, wait, rows } = await refusing();
  refuse('192.0.2.1');
  wait(MINUTE);
  wait(10 * MINUTE);
  expect(vi.getTimerCount()).toBe(0);
  refuse('192.0.2.1');
  expect((await rows(2)).map(({ details }) => details['count'])).toEqual([1, 1]);
});

test('another reason, another token and another source are rows of their own', async () => {
  const { refuse, rows } = await refusing();
  refuse('192.0.2.1');
  refuse('192.0.2.1', { reason: 'bad_checksum' });
  refuse('192.0.2.1', { reason: 'revoked', token });
  refuse('192.0.2.1', { reason: 'revoked', token: { id: 'tok_2', name: 'Prometheus' } });
  refuse('192.0.2.2');
  refuse('unknown');
  expect(await rows(6)).toHaveLength(6);
});

test('IPv6 addresses of one /64 count as one source, of another /64 as another', async () => {
  const { refuse, wait, rows } = await refusing();
  refuse('2001:db8::1');
  refuse('2001:db8:0:0:ffff::2');
  refuse('2001:db8:0:0:abcd:ef01:2345:6789');
  refuse('2001:db8:0:1::1');
  wait(MINUTE);
  const found = await rows(3);
  expect(found.map(({ ip, details }) => [ip, details['count']])).toEqual([
    ['2001:db8::1', 1],
    ['2001:db8:0:1::1', 1],
    ['2001:db8::1', 2],
  ]);
});

describe('the log cannot be flooded:', () => {
  test('a minute writes at most 60 rows and one that says how many refusals were left out', async () => {
    const { refuse, wait, rows } = await refusing();
    for (let source = 0; source < 250; source++) refuse(`192.0.2.${source}`);
    refuse('192.0.2.1');
    wait(MINUTE);
    const found = await rows(61);
    expect(found.filter(({ event }) => event === 'scrape.refused')).toHaveLength(60);
    expect(found[60]).toMatchObject({ event: 'scrape.refusals_dropped', ip: null, target: null });
    expect(found[60]?.details).toEqual({ count: 191 });
  });

  test('what is refused while a row is written goes into one transaction, however many rows it makes', async () => {
    const { services, refuse, rows } = await refusing();
    const transaction = vi.spyOn(services.database, 'transaction');
    refuse('192.0.2.1');
    await Promise.resolve();
    for (let source = 2; source <= 50; source++) refuse(`192.0.2.${source}`);
    await rows(50);
    expect(transaction).toHaveBeenCalledTimes(2);
  });

  test('every refusal is counted in some row', async () => {
    const { refuse, wait, rows } = await refusing();
    for (let attempt = 0; attempt < 400; attempt++) refuse(`192.0.2.${attempt % 50}`);
    for (let source = 100; source < 120; source++) refuse(`192.0.2.${source}`);
    wait(MINUTE);
    const counts = (await rows(61)).map(({ details }) => details['count'] as number);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(420);
  });

  test('the next minute has its 60 rows again', async () => {
    const { refuse, wait, rows } = await refusing();
    for (let source = 0; source < 70; source++) refuse(`192.0.2.${source}`);
    wait(MINUTE);
    await rows(61);
    for (let source = 0; source < 60; source++) refuse(`198.51.100.${source}`);
    wait(MINUTE);
    expect((await rows(121)).slice(61).every(({ event }) => event === 'scrape.refused')).toBe(true);
  });
});

test('closing writes what is held back, and leaves no timer', async () => {
  const { refuse, refusals, rows } = await refusing();
  for (let attempt = 0; attempt < 5; attempt++) refuse('192.0.2.1');
  await refusals.close();
  expect((await rows(2)).map(({ details }) => details['count'])).toEqual([1, 4]);
  expect(vi.getTimerCount()).toBe(0);
});

test('what the database refuses to take is not lost silently, and later rows are written', async () => {
  const { config, refuse, refusals, wait, lines, rows } = await refusing();
  const mend = breakInserts(config, 'audit_events');
  refuse('192.0.2.1');
  await vi.waitFor(() => expect(lines.join('')).toContain('could not be written to the audit log'));
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ level: 50, rows: 1 });
  mend();
  wait(MINUTE);
  refuse('192.0.2.1');
  await refusals.close();
  expect(await rows(1)).toMatchObject([{ ip: '192.0.2.1' }]);
});

test('refused scrapes over HTTP tell their story in order, without any secret', async () => {
  const { app, services, mint } = await testApp();
  const { id, secret } = await mint();
  const url = '/api/metrics/prometheus';
  await app.inject({ url });
  await app.inject({ url, headers: { authorization: 'Basic dXNlcjpwYXNz' } });
  await app.inject({ url, headers: bearer(`${secret.slice(0, -1)}~`) });
  await services.tokens.revoke(id, { name: 'ada', via: 'cli', ip: null });
  await app.inject({ url, headers: bearer(secret), remoteAddress: '192.0.2.9' });
  await app.close();
  const { items } = await services.audit.list({ limit: 10 });
  expect(items.reverse().map(({ event, ip, target, details }) => [event, ip, target, details['reason']])).toEqual([
    ['token.created', null, id, undefined],
    ['scrape.refused', '127.0.0.1', null, 'missing'],
    ['scrape.refused', '127.0.0.1', null, 'malformed'],
    ['scrape.refused', '127.0.0.1', null, 'bad_checksum'],
    ['token.revoked', null, id, undefined],
    ['scrape.refused', '192.0.2.9', id, 'revoked'],
  ]);
  expect(JSON.stringify(items)).not.toContain(secret.slice(0, 20));
});
