import { describe, expect, test } from 'vitest';
import { statusOf } from '../../backend/tokens/model/token.ts';
import { actor } from '../support/app.ts';
import { testServices, type TestCore } from '../support/services.ts';
import { scrapeFrom } from '../support/tokens.ts';

const SECOND = 1000;
const inAMinute = '2027-01-01T00:01:00Z';

async function mintedFor({ services }: TestCore, expiresAt: string | null) {
  const { token, secret } = await services.tokens.create({ name: 'Prometheus', expiresAt }, actor);
  return { id: token.id, secret };
}

test('a token is active until its expiry, and expired from that very millisecond on', () => {
  const token = { state: 'active', expires_at: 1000 } as const;
  expect([999, 1000, 1001].map((now) => statusOf(token, now))).toEqual(['active', 'expired', 'expired']);
  expect(statusOf({ state: 'active', expires_at: null }, Number.MAX_SAFE_INTEGER)).toBe('active');
});

test('revoked wins over expired, and expired over an expiry that lies ahead', () => {
  expect(statusOf({ state: 'revoked', expires_at: 1 }, 1000)).toBe('revoked');
  expect(statusOf({ state: 'expired', expires_at: 2000 }, 1000)).toBe('expired');
});

test('an unknown token, a wrong checksum and what is no token are told apart without naming a token', async () => {
  const { services } = await testServices();
  const { secret } = await services.tokens.create({ name: 'mistyped' }, actor);
  const wrong = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');
  const { newSecret } = await import('../../backend/tokens/model/token.ts');
  expect(await services.tokens.verify(newSecret())).toEqual({ ok: false, reason: 'unknown', token: null });
  expect(await services.tokens.verify(wrong)).toEqual({ ok: false, reason: 'bad_checksum', token: null });
  expect(await services.tokens.verify('eyJhbGciOiJFZERTQSJ9.e30.c2ln')).toEqual({
    ok: false,
    reason: 'wrong_type',
    token: null,
  });
});

test('a token lets in until it expires, and is refused as expired afterwards', async () => {
  const t = await testServices();
  const { id, secret } = await mintedFor(t, inAMinute);
  const expiresAt = Date.parse(inAMinute);
  t.clock.advance(59 * SECOND + 999);
  const token = { id, name: 'Prometheus', expiresAt, catalogues: ['platform'] };
  expect(await t.services.tokens.verify(secret)).toEqual({ ok: true, token });
  t.clock.advance(1);
  expect(await t.services.tokens.verify(secret)).toMatchObject({ ok: false, reason: 'expired', token: { id } });
});

test('a revoked token fails on its very next request, and stays revoked when it also expires', async () => {
  const t = await testServices();
  const { id, secret } = await mintedFor(t, inAMinute);
  await t.services.tokens.revoke(id, actor);
  expect(await t.services.tokens.verify(secret)).toMatchObject({ ok: false, reason: 'revoked', token: { id } });
  t.clock.advance(120 * SECOND);
  expect(await t.services.tokens.verify(secret)).toMatchObject({ ok: false, reason: 'revoked' });
  expect(await t.services.tokens.get(id)).toMatchObject({ status: 'revoked', revokedBy: 'tester' });
});

describe('once refused as expired, a token stays expired when the clock steps back', () => {
  async function refusedAndSteppedBack() {
    const t = await testServices();
    const minted = await mintedFor(t, inAMinute);
    t.clock.advance(61 * SECOND);
    await t.services.tokens.verify(minted.secret);
    t.clock.step(-60 * SECOND);
    return { t, ...minted };
  }

  test('at once', async () => {
    const { t, id, secret } = await refusedAndSteppedBack();
    expect(await t.services.tokens.verify(secret)).toMatchObject({ ok: false, reason: 'expired' });
    expect(await t.services.tokens.get(id)).toMatchObject({ status: 'expired' });
  });

  test('across a restart, in the listing and in the counts too', async () => {
    const { t, id, secret } = await refusedAndSteppedBack();
    const { tokens } = await t.restart();
    expect(await tokens.verify(secret)).toMatchObject({ ok: false, reason: 'expired' });
    const listed = await tokens.list({ status: 'expired', sort: 'name', limit: 10 });
    expect(listed).toMatchObject({ total: 1, items: [{ id, status: 'expired' }] });
    expect(await tokens.counts()).toEqual({ active: 0, expired: 1, revoked: 0 });
  });

  test('and can still be revoked, which then wins', async () => {
    const { t, id, secret } = await refusedAndSteppedBack();
    expect(await t.services.tokens.revoke(id, actor)).toMatchObject({ status: 'revoked' });
    expect(await t.services.tokens.verify(secret)).toMatchObject({ ok: false, reason: 'revoked' });
    const { tokens } = await t.restart();
    expect(await tokens.counts()).toEqual({ active: 0, expired: 0, revoked: 1 });
  });
});

test('a short jump of the clock expires nobody but who was refused, even when the use of another token is written', async () => {
  const t = await testServices();
  const { secret } = await mintedFor(t, inAMinute);
  const other = await mintedFor(t, null);
  t.clock.step(3600 * SECOND);
  t.services.tokens.recordUse(other.id, scrapeFrom('10.0.0.1'));
  await t.services.tokens.close();
  t.clock.step(-3600 * SECOND);
  expect(await t.services.tokens.verify(secret)).toMatchObject({ ok: true });
});

test('a token that nobody used while the clock was wrong is active again when the clock is put right', async () => {
  const t = await testServices();
  const { secret } = await mintedFor(t, inAMinute);
  t.clock.step(3600 * SECOND);
  expect(await t.services.tokens.counts()).toEqual({ active: 0, expired: 1, revoked: 0 });
  t.clock.step(-3600 * SECOND);
  expect(await t.services.tokens.verify(secret)).toMatchObject({ ok: true });
  expect(await t.services.tokens.counts()).toEqual({ active: 1, expired: 0, revoked: 0 });
});

test('a token that has been due for a day is expired for good, from that very millisecond on; a revoked one stays revoked', async () => {
  const t = await testServices();
  const due = await mintedFor(t, inAMinute);
  const revoked = await mintedFor(t, inAMinute);
  await t.services.tokens.revoke(revoked.id, actor);
  const other = await mintedFor(t, null);
  /** What is gathered is written a day after the expiry and so long, and the clock is put right again. */
  async function writtenAfter(ms: number) {
    const ahead = 60 * SECOND + 24 * 3600 * SECOND + ms;
    t.clock.step(ahead);
    t.services.tokens.recordUse(other.id, scrapeFrom('10.0.0.1'));
    await t.services.tokens.close();
    t.clock.step(-ahead);
    const rows = t.services.database.read.selectFrom('scrape_tokens').select(['id', 'state']).execute();
    return Object.fromEntries((await rows).map(({ id, state }) => [id, state]));
  }
  const { id } = due;
  expect(await writtenAfter(-1)).toEqual({ [id]: 'active', [revoked.id]: 'revoked', [other.id]: 'active' });
  expect(await t.services.tokens.verify(due.secret)).toMatchObject({ ok: true });
  expect(await writtenAfter(0)).toEqual({ [id]: 'expired', [revoked.id]: 'revoked', [other.id]: 'active' });
  expect(await t.services.tokens.verify(due.secret)).toMatchObject({ ok: false, reason: 'expired' });
  expect(await t.services.tokens.verify(revoked.secret)).toMatchObject({ ok: false, reason: 'revoked' });
  expect(await t.services.tokens.counts()).toEqual({ active: 1, expired: 1, revoked: 1 });
});
