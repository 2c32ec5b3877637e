import { describe, expect, test } from 'vitest';
import { hashSecret, newSecret, publicPrefix } from '../../backend/tokens/model/token.ts';
import { actor, testApp, type TestApp } from '../support/app.ts';
import { rawConnection } from '../support/services.ts';
import { scrape, tokenApi } from '../support/tokens.ts';

/** What a browser sends of a pasted token. */
const pasted = (secret: string, checksum: 'ok' | 'bad' = 'ok') => ({
  prefix: publicPrefix(secret),
  checksum,
  sha256: hashSecret(secret),
});

async function diagnosed(t: TestApp, body: object) {
  return (await (await tokenApi(t)).post('/diagnose', body)).json<unknown>();
}

test('a good token is recognised with its last use, an expired one with when, a revoked one with by whom', async () => {
  const t = await testApp();
  const [good, expired, revoked] = [await t.mint('a'), await t.mint('b', '2027-01-01T00:01:00Z'), await t.mint('c')];
  await scrape(t, good.secret, { ip: '192.0.2.9' });
  t.clock.advance(60_000);
  await t.services.tokens.revoke(revoked.id, actor);
  expect(await diagnosed(t, pasted(good.secret))).toMatchObject({
    verdict: 'active',
    token: { id: good.id, lastUsedAt: '2027-01-01T00:00:00.000Z', lastIp: '192.0.2.9' },
  });
  expect(await diagnosed(t, pasted(expired.secret))).toMatchObject({
    verdict: 'expired',
    token: { id: expired.id, status: 'expired', expiresAt: '2027-01-01T00:01:00.000Z' },
  });
  expect(await diagnosed(t, pasted(revoked.secret))).toMatchObject({
    verdict: 'revoked',
    token: { id: revoked.id, revokedBy: 'tester', revokedAt: '2027-01-01T00:01:00.000Z' },
  });
});

test('a token of another appliance is unknown, even where a token here has its prefix', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  const other = newSecret();
  expect(await diagnosed(t, pasted(other))).toEqual({ verdict: 'unknown', token: null });
  const body = { ...pasted(other), prefix: publicPrefix(secret) };
  expect(await diagnosed(t, body)).toEqual({ verdict: 'unknown', token: null });
});

describe('a typo', () => {
  test('names the one token that it probably was meant to be', async () => {
    const t = await testApp();
    const [{ id, secret }] = [await t.mint(), await t.mint()];
    expect(await diagnosed(t, pasted(`${secret.slice(0, -1)}_`, 'bad'))).toMatchObject({
      verdict: 'typo',
      token: { id },
    });
  });

  test('names none where two begin alike, where none does, or where too little of it is known', async () => {
    const t = await testApp();
    const [one, other] = [await t.mint(), await t.mint()];
    const none = { verdict: 'typo', token: null };
    expect(await diagnosed(t, pasted(newSecret(), 'bad'))).toEqual(none);
    expect(await diagnosed(t, { ...pasted(one.secret, 'bad'), prefix: 'vst_' })).toEqual(none);
    const raw = rawConnection(t.config);
    raw.prepare('update scrape_tokens set prefix = ? where id = ?').run(publicPrefix(one.secret), other.id);
    expect(await diagnosed(t, pasted(one.secret, 'bad'))).toEqual(none);
  });
});

test('a lookup goes by an index, and what was pasted is in no log and no event', async () => {
  const t = await testApp();
  const { secret } = await t.mint();
  await diagnosed(t, pasted(secret));
  const raw = rawConnection(t.config);
  for (const column of ['hash', 'prefix']) {
    const plan = raw.prepare(`explain query plan select * from scrape_tokens where ${column} = ? limit 2`).all('a');
    expect(plan).toMatchObject([{ detail: expect.stringMatching(/^SEARCH scrape_tokens USING INDEX/) }]);
  }
  const { items } = await t.services.audit.list({ limit: 200 });
  expect(`${t.logged()}${JSON.stringify(items)}`).not.toMatch(
    new RegExp(`${hashSecret(secret)}|${publicPrefix(secret)}`),
  );
});

test.each([
  ['the token itself', { prefix: newSecret(), checksum: 'ok', sha256: 'a'.repeat(64) }],
  ['a token for its hash', { prefix: 'vst_AAAAAA', checksum: 'ok', sha256: newSecret() }],
  ['a hash in capitals', { prefix: 'vst_AAAAAA', checksum: 'ok', sha256: 'A'.repeat(64) }],
  ['another verdict', { prefix: 'vst_AAAAAA', checksum: 'maybe', sha256: 'a'.repeat(64) }],
  ['no prefix', { checksum: 'ok', sha256: 'a'.repeat(64) }],
  ['more than is asked for', { prefix: 'vst_AAAAAA', checksum: 'ok', sha256: 'a'.repeat(64), token: 'vst_' }],
])('a body with %s is refused', async (_what, body) => {
  const t = await testApp();
  expect(await diagnosed(t, body)).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(t.logged()).not.toContain('vst_');
});
