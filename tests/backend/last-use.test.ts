import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import { actor, bearer, testApp } from '../support/app.ts';
import { rawConnection, testServices, type TestCore } from '../support/services.ts';
import { scrapeFrom } from '../support/tokens.ts';

async function minted({ services }: Pick<TestCore, 'services'>) {
  const { token } = await services.tokens.create({ name: 'Prometheus' }, actor);
  return token.id;
}

function stored({ config }: Pick<TestCore, 'config'>) {
  return rawConnection(config).prepare('select last_used_at as at, last_ip as ip from scrape_tokens').all();
}

test('uses are written as one transaction, and show before they are written', async () => {
  const t = await testServices();
  const id = await minted(t);
  const transaction = vi.spyOn(t.services.database, 'transaction');
  for (const last of [1, 2, 3]) {
    t.clock.advance(1000);
    t.services.tokens.recordUse(id, scrapeFrom(`192.0.2.${last}`));
  }
  expect(await t.services.tokens.get(id)).toMatchObject({
    lastUsedAt: '2027-01-01T00:00:03.000Z',
    lastIp: '192.0.2.3',
  });
  expect(stored(t)).toEqual([{ at: null, ip: null }]);
  expect(transaction).not.toHaveBeenCalled();
  await t.restart();
  expect(transaction).toHaveBeenCalledTimes(1);
  expect(stored(t)).toEqual([{ at: Date.parse('2027-01-01T00:00:03Z'), ip: '192.0.2.3' }]);
});

test('an older use that is written later does not replace a newer one', async () => {
  const t = await testServices();
  const id = await minted(t);
  const other = await testServices({ clock: t.clock, folder: dirname(dirname(t.config.auth.key_file)) });
  other.services.tokens.recordUse(id, scrapeFrom('192.0.2.2'));
  t.clock.advance(60_000);
  t.services.tokens.recordUse(id, scrapeFrom('192.0.2.1'));
  await t.services.tokens.maintain(0);
  await other.services.tokens.maintain(0);
  expect(stored(t)).toEqual([{ at: Date.parse('2027-01-01T00:01:00Z'), ip: '192.0.2.1' }]);
});

test('a write that fails is logged and its uses are written with the next', async () => {
  const t = await testServices();
  const id = await minted(t);
  const raw = rawConnection(t.config);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    raw.exec(`create trigger broken before update on scrape_tokens begin select raise(abort, 'full'); end`);
    t.services.tokens.recordUse(id, scrapeFrom('192.0.2.9'));
    vi.advanceTimersByTime(5000);
    await vi.waitFor(() => {
      expect(t.logged()).toContain('last uses of scrape tokens could not be written yet');
    });
    expect(stored(t)).toEqual([{ at: null, ip: null }]);
    raw.exec('drop trigger broken');
    vi.advanceTimersByTime(5000);
    await vi.waitFor(() => {
      expect(stored(t)).toEqual([{ at: t.clock.now(), ip: '192.0.2.9' }]);
    });
  } finally {
    vi.useRealTimers();
  }
});

test('a successful scrape is never an audit event, a refused one never a use', async () => {
  const { app, services, mint, jwt } = await testApp();
  const { id, secret } = await mint();
  const before = await services.audit.head();
  for (let scrape = 0; scrape < 5; scrape++) {
    await app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret) });
  }
  expect(await services.audit.head()).toEqual(before);
  await services.tokens.revoke(id, actor);
  await app.inject({ url: '/api/metrics/prometheus', headers: bearer(secret), remoteAddress: '192.0.2.66' });
  expect(await services.tokens.get(id)).toMatchObject({ lastIp: '127.0.0.1' });
  await app.inject({ url: '/api/health', headers: bearer(await jwt('viewer')), remoteAddress: '192.0.2.7' });
  const { items } = await services.credentials.list({ limit: 1 });
  expect(items).toMatchObject([{ name: 'viewer credential', lastIp: '192.0.2.7' }]);
});
