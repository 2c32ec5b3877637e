import { describe, expect, test, vi } from 'vitest';
import { StorageFull } from '../../backend/database/storage-full.ts';
import { rotationsUnderWay } from '../../backend/tokens/rotation/store.ts';
import { actor, bearer, testApp } from '../support/app.ts';
import { queued } from '../support/alarms.ts';
import { MINUTE, pass, scrape, story, testMaintenance, tokenApi } from '../support/tokens.ts';

const DAY = 24 * 3600 * 1000;

test('a rotation mints a successor of the same name, linked both ways, and tells the audit log and administrators', async () => {
  const t = await testApp();
  const old = await t.mint('Production Prometheus');
  const api = await tokenApi(t);
  const before = (await story(t)).length;
  const latestAt = '2027-02-01T00:00:00.000Z';
  const expiresAt = '2028-01-01T00:00:00.000Z';
  const { token, secret, predecessor } = await api.rotate(old.id, { expiresAt, latestAt });
  expect(token).toMatchObject({
    name: 'Production Prometheus',
    createdBy: 'admin credential',
    expiresAt,
    status: 'active',
    predecessorId: old.id,
    successorId: null,
  });
  expect(predecessor).toMatchObject({ id: old.id, status: 'active', successorId: token.id, predecessorId: null });
  expect(await scrape(t, old.secret)).toBe(200);
  expect(await scrape(t, secret)).toBe(200);
  const { name } = token;
  expect(await story(t, before)).toMatchObject([
    { event: 'token.created', target: token.id, details: { name, expiresAt, predecessor: old.id } },
    {
      event: 'token.rotated',
      actor: 'admin credential',
      via: 'api',
      target: old.id,
      details: { name, successor: token.id, grace: 'observed', latestAt, successorExpiresAt: expiresAt },
    },
  ]);
  expect(await queued(t)).toMatchObject([
    { kind: 'token.created' },
    { kind: 'token.rotated', text: 'The scrape token “Production Prometheus” got a successor.' },
  ]);
});

test('a token that leaked is revoked in the same transaction: its next scrape is refused', async () => {
  const t = await testApp();
  const old = await t.mint('Leaked');
  const api = await tokenApi(t);
  const { token, secret, predecessor } = await api.rotate(old.id, { grace: 0 });
  expect(predecessor).toMatchObject({ status: 'revoked', revokedBy: 'admin credential', successorId: token.id });
  expect(await scrape(t, old.secret)).toBe(401);
  expect(await scrape(t, secret)).toBe(200);
  expect((await story(t)).slice(-3)).toMatchObject([
    { event: 'token.rotated', target: old.id, details: { grace: 0 } },
    {
      event: 'token.revoked',
      target: old.id,
      actor: 'admin credential',
      via: 'api',
      details: { name: 'Leaked', reason: 'rotation', successor: token.id },
    },
    { event: 'scrape.refused', target: old.id, details: { reason: 'revoked' } },
  ]);
  expect((await queued(t)).map(({ kind }) => kind)).toEqual(['token.created', 'token.rotated', 'token.revoked']);
  expect((await api.rotation(token.id)).progress).toBeNull();
});

test('with a grace of seconds both work until it is over, whatever was restarted meanwhile', async () => {
  const first = await testApp();
  const old = await first.mint();
  const { token, predecessor } = await (await tokenApi(first)).rotate(old.id, { grace: 3600 });
  expect(predecessor.status).toBe('active');

  const t = await testApp({ folder: first.folder, clock: first.clock });
  const api = await tokenApi(t);
  const maintenance = testMaintenance(t);
  expect(await api.rotation(old.id)).toMatchObject({
    chain: [{ id: old.id }, { id: token.id }],
    progress: {
      grace: 'timed',
      waitingFor: 'time',
      latestAt: '2027-01-01T01:00:00.000Z',
      startedBy: 'admin credential',
    },
  });
  t.clock.advance(3600_000 - 1);
  await maintenance.run();
  expect(await scrape(t, old.secret)).toBe(200);
  t.clock.advance(1);
  await maintenance.run();
  expect(await scrape(t, old.secret)).toBe(401);
  expect(await t.services.tokens.get(old.id)).toMatchObject({ status: 'revoked', revokedBy: 'rotation' });
  expect((await story(t)).find(({ event }) => event === 'token.revoked')).toMatchObject({
    actor: null,
    via: 'system',
    ip: null,
    details: { name: 'Prometheus', reason: 'rotation', successor: token.id },
  });
  expect((await queued(t)).at(-1)).toMatchObject({ kind: 'token.revoked' });
  expect(await rotationsUnderWay(t.services.database.read)).toEqual([]);
});

describe('the successor’s expiry:', () => {
  test.each([
    ['as long as the predecessor was meant to live, from now', '2027-01-31T00:00:00Z', {}, '2027-02-10T00:00:00.000Z'],
    ['never, where the predecessor never expires', undefined, {}, null],
    ['never, where that is asked for', '2027-01-31T00:00:00Z', { expiresAt: null }, null],
    ['as asked', undefined, { expiresAt: '2027-06-01T02:00:00+02:00' }, '2027-06-01T00:00:00.000Z'],
    ['never beyond what can be written', '9999-12-31T23:59:59Z', {}, '9999-12-31T23:59:59.999Z'],
  ])('%s', async (_what, expiresAt, body, expected) => {
    const t = await testApp();
    const old = await t.mint('Prometheus', expiresAt);
    t.clock.advance(10 * DAY);
    expect((await (await tokenApi(t)).rotate(old.id, body)).token.expiresAt).toBe(expected);
  });
});

test('two rotations at once make one successor, from two processes too', async () => {
  const t = await testApp();
  const beside = await testApp({ folder: t.folder, clock: t.clock });
  const old = await t.mint();
  const asked = [t, beside, t, beside].map(({ services }) =>
    services.tokens.rotate(old.id, { grace: 'observed' }, actor),
  );
  const outcomes = await Promise.allSettled(asked);
  const refusedWith = outcomes.flatMap((one) =>
    one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
  );
  expect(refusedWith).toEqual(Array(3).fill('token_already_rotated'));
  expect(await t.services.tokens.counts()).toEqual({ active: 2, expired: 0, revoked: 0 });
});

describe('what cannot be rotated is refused by name, and nothing is minted:', () => {
  async function refusal(body: object, { expiresAt = undefined as string | undefined, revoke = false } = {}) {
    const t = await testApp();
    const { id } = await t.mint('a', expiresAt);
    t.clock.advance(60_000);
    if (revoke) await t.services.tokens.revoke(id, actor);
    const before = (await story(t)).length;
    const answer = await (await tokenApi(t)).post(`/${id}/rotate`, body);
    expect(await t.services.tokens.list({ sort: 'name', limit: 10 })).toMatchObject({
      total: 1,
      items: [{ successorId: null }],
    });
    expect((await story(t, before)).map(({ event }) => event)).toEqual(['credential.issued']);
    return [answer.statusCode, answer.json<{ code: string }>().code];
  }

  test.each([
    ['a revoked token', 409, 'token_not_active', {}, { revoke: true }],
    ['an expired token', 409, 'token_not_active', {}, { expiresAt: '2027-01-01T00:00:30Z' }],
    ['with an expiry in the past', 400, 'expiry_in_the_past', { expiresAt: '2026-01-01T00:00:00Z' }, {}],
    ['with no time for an expiry', 400, 'invalid_request', { expiresAt: 'tomorrow' }, {}],
    ['with a latest date in the past', 400, 'invalid_request', { latestAt: '2027-01-01T00:00:59Z' }, {}],
    ['with a latest date and a grace', 400, 'invalid_request', { grace: 60, latestAt: '2028-01-01T00:00:00Z' }, {}],
    ['with a negative grace', 400, 'invalid_request', { grace: -1 }, {}],
    ['with a grace of more than 90 days', 400, 'invalid_request', { grace: 90 * 24 * 3600 + 1 }, {}],
    ['with a grace in words', 400, 'invalid_request', { grace: 'soon' }, {}],
    ['with another name', 400, 'invalid_request', { name: 'b' }, {}],
  ])('%s', async (_what, status, code, body, how) => {
    expect(await refusal(body, how)).toEqual([status, code]);
  });

  test('an unknown token, and one that has a successor', async () => {
    const t = await testApp();
    const { id } = await t.mint();
    const { post, rotate } = await tokenApi(t);
    expect((await post('/tok_nobody/rotate', {})).json()).toMatchObject({ status: 404, code: 'token_not_found' });
    await rotate(id);
    expect((await post(`/${id}/rotate`, {})).json()).toMatchObject({ status: 409, code: 'token_already_rotated' });
    for (const what of ['rotation', 'consumers']) {
      const answer = await t.app.inject({
        url: `/api/tokens/tok_nobody/${what}`,
        headers: bearer(await t.jwt('admin')),
      });
      expect(answer.json()).toMatchObject({ status: 404, code: 'token_not_found' });
    }
  });

  test('by a viewer: 403', async () => {
    const t = await testApp();
    const { id } = await t.mint();
    const headers = bearer(await t.jwt('viewer'));
    for (const [method, url] of [
      ['POST', `/api/tokens/${id}/rotate`],
      ['GET', `/api/tokens/${id}/rotation`],
      ['GET', `/api/tokens/${id}/consumers`],
      ['POST', '/api/tokens/diagnose'],
    ] as const) {
      expect((await t.app.inject({ method, url, headers })).json()).toMatchObject({ status: 403, code: 'forbidden' });
    }
  });
});

test('with the integration off a rotation begins, and waits for scrapes that cannot come', async () => {
  const t = await testApp({ settings: { prometheus: { enabled: false } } });
  const old = await t.mint();
  const { token } = await t.services.tokens.rotate(old.id, { grace: 'observed' }, actor);
  const maintenance = testMaintenance(t);
  t.services.tokens.recordUse(token.id, { ip: '192.0.2.1', userAgent: null, format: 'text/plain', durationMs: 1 });
  await pass(t, maintenance, DAY / 24);
  expect(await t.services.tokens.get(old.id)).toMatchObject({ status: 'active' });
  expect((await t.services.tokens.rotation(old.id)).progress).toMatchObject({
    waitingFor: 'silence',
    silentSeconds: 0,
  });
});

test('on a full disk, and after the clock was set, a timed rotation ends all the same', async () => {
  const t = await testApp();
  const maintenance = testMaintenance(t);
  const { id, secret } = await t.mint();
  await t.services.tokens.rotate(id, { grace: 600 }, actor);
  await pass(t, maintenance, MINUTE);
  const full = vi.spyOn(t.services.database, 'transaction').mockRejectedValue(new StorageFull('no room'));
  t.clock.step(5_000);
  t.clock.advance(10 * MINUTE);
  await expect(maintenance.run()).rejects.toThrow('no room');
  full.mockRestore();
  expect(await scrape(t, secret)).toBe(401);
});
