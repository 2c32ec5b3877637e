import { describe, expect, test } from 'vitest';
import type { Token } from '../../contract/api.ts';
import { actor, testApp, type TestApp } from '../support/app.ts';
import { greenhouse, writeCatalogue } from '../support/catalogues.ts';
import { breakInserts, rawConnection } from '../support/services.ts';
import { generated, onlyToken, problemOf, provision, tokens } from '../support/provisioned.ts';
import { scrape, story, testMaintenance, tokenApi } from '../support/tokens.ts';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

/** The lines of warning, without what pino adds. */
function warnings({ logged }: TestApp): { key: string; name: string; msg: string }[] {
  const lines = logged()
    .split('\n')
    .filter((line) => line.includes('"level":40'));
  return lines.map((line) => JSON.parse(line) as { key: string; name: string; msg: string });
}

/** Counts by status from the running totals and from the rows themselves. */
async function counts(t: TestApp) {
  const kept = await t.services.tokens.counts();
  const statuses = (await tokens(t)).map(({ status }) => status);
  const of = (status: Token['status']) => statuses.filter((one) => one === status).length;
  expect(kept).toEqual({ active: of('active'), expired: of('expired'), revoked: of('revoked') });
  return kept;
}

describe('a token of the configuration', () => {
  test('comes in by its hash, and scrapes like any other', async () => {
    const t = await testApp();
    const { secret, entry } = generated({ name: ' GitOps ', expires_at: '2027-06-01T00:00:00Z' });
    await provision(t, [entry]);
    expect(await onlyToken(t)).toMatchObject({
      name: 'GitOps',
      prefix: `sha256:${entry.sha256.slice(0, 6)}`,
      origin: 'provisioned',
      catalogues: ['platform'],
      createdBy: 'configuration',
      expiresAt: '2027-06-01T00:00:00.000Z',
      status: 'active',
      lastUsedAt: null,
    });
    expect(await scrape(t, secret)).toBe(200);
    expect((await onlyToken(t)).lastIp).toBe('192.0.2.1');
    expect(await counts(t)).toEqual({ active: 1, expired: 0, revoked: 0 });
  });

  test('is an audit event by the system and notifies administrators; at the next start nothing is', async () => {
    const t = await testApp();
    const { entry } = generated();
    await provision(t, [entry]);
    const { id } = await onlyToken(t);
    await provision(t, [entry]);
    expect(await story(t)).toMatchObject([
      {
        event: 'token.provisioned',
        actor: null,
        via: 'system',
        ip: null,
        target: id,
        details: { name: 'GitOps', expiresAt: null, catalogues: ['platform'] },
      },
    ]);
    const bell = await t.services.database.read.selectFrom('notification_outbox').selectAll().execute();
    expect(bell).toMatchObject([
      { kind: 'token.created', audience: 'admin', token_id: id, title: 'Scrape token provisioned' },
    ]);
    expect(warnings(t)).toEqual([]);
  });

  test('follows the configuration in name, expiry and catalogues, recorded with what was and what is', async () => {
    const catalogue = writeCatalogue(greenhouse.replace('platform-health', 'inventory'));
    const t = await testApp({ settings: { prometheus: { enabled: true, catalogues: [catalogue] } } });
    const { secret, entry } = generated({ expires_at: '2027-06-01T00:00:00Z' });
    await provision(t, [entry]);
    await provision(t, [{ ...entry, name: 'Flux', expires_at: '2027-06-01T02:00:00+02:00' }]);
    const endless = { name: 'Flux', sha256: entry.sha256, catalogues: ['platform', 'greenhouse', 'platform'] };
    await provision(t, [endless]);
    expect((await story(t, 1)).map(({ event, details }) => [event, details])).toEqual([
      ['token.reprovisioned', { name: 'Flux', before: { name: 'GitOps' }, after: { name: 'Flux' } }],
      [
        'token.reprovisioned',
        {
          name: 'Flux',
          before: { expiresAt: '2027-06-01T00:00:00.000Z', catalogues: ['platform'] },
          after: { expiresAt: null, catalogues: ['greenhouse', 'platform'] },
        },
      ],
    ]);
    const token = await onlyToken(t);
    expect(token).toMatchObject({ name: 'Flux', expiresAt: null, catalogues: ['greenhouse', 'platform'] });
    expect(await scrape(t, secret)).toBe(200);
    await t.services.tokens.rename(token.id, 'By hand', actor);
    expect((await t.services.tokens.list({ sort: 'name', limit: 1, search: 'by hand' })).total).toBe(1);
    await provision(t, [endless]);
    expect((await t.services.tokens.list({ sort: 'name', limit: 1, search: 'flux' })).total).toBe(1);
  });

  test('is revoked when it is gone from there, with whatever is said of others', async () => {
    const t = await testApp();
    const [gone, stays] = [generated({ name: 'Gone' }), generated({ name: 'Stays' })];
    const minted = await t.mint();
    await provision(t, [gone.entry, stays.entry]);
    await provision(t, [stays.entry]);
    expect([await scrape(t, gone.secret), await scrape(t, stays.secret), await scrape(t, minted.secret)]).toEqual([
      401, 200, 200,
    ]);
    expect(await tokens(t)).toContainEqual(
      expect.objectContaining({ name: 'Gone', status: 'revoked', revokedBy: 'configuration' }),
    );
    expect((await story(t)).find(({ event }) => event === 'token.revoked')).toMatchObject({
      actor: null,
      via: 'system',
      details: { name: 'Gone', reason: 'configuration' },
    });
    expect(await counts(t)).toEqual({ active: 2, expired: 0, revoked: 1 });
  });

  test('with an expiry that is past follows into its end', async () => {
    const t = await testApp();
    const { secret, entry } = generated();
    await provision(t, [entry]);
    await provision(t, [{ ...entry, expires_at: '2026-12-31T00:00:00Z' }]);
    expect(await scrape(t, secret)).toBe(401);
    expect(await counts(t)).toEqual({ active: 0, expired: 1, revoked: 0 });
    t.clock.step(-7 * DAY);
    expect(await scrape(t, secret)).toBe(401);
  });
});

describe('what has ended never comes back:', () => {
  const ended = { revoked: 'was revoked and stays so', expired: 'has expired and stays so' };

  test('a token revoked by a user stays revoked though it stands in the configuration, which the log says', async () => {
    const t = await testApp();
    const { secret, entry } = generated();
    await provision(t, [entry]);
    const { id } = await onlyToken(t);
    await t.services.tokens.revoke(id, actor);
    for (const again of [[entry], [], [{ ...entry, name: 'Again', expires_at: '2028-01-01T00:00:00Z' }]]) {
      await provision(t, again);
      expect(await scrape(t, secret)).toBe(401);
    }
    expect(await onlyToken(t)).toMatchObject({ name: 'GitOps', status: 'revoked', revokedBy: 'tester' });
    expect(warnings(t)).toMatchObject([
      { key: 'prometheus.provisioned_tokens.0', name: 'GitOps', msg: expect.stringContaining(ended.revoked) },
      { key: 'prometheus.provisioned_tokens.0', name: 'Again' },
    ]);
    expect((await story(t)).map(({ event }) => event)).toEqual([
      'token.provisioned',
      'token.revoked',
      'scrape.refused',
    ]);
  });

  test('nor does one that the configuration left out once', async () => {
    const t = await testApp();
    const { secret, entry } = generated();
    await provision(t, [entry]);
    await provision(t, []);
    await provision(t, [entry]);
    expect(await scrape(t, secret)).toBe(401);
    expect(await onlyToken(t)).toMatchObject({ status: 'revoked', revokedBy: 'configuration' });
    expect(warnings(t)).toMatchObject([{ msg: expect.stringContaining(ended.revoked) }]);
  });

  test('nor an expired one by a later expiry, even if the clock steps back', async () => {
    const t = await testApp();
    const { secret, entry } = generated({ expires_at: '2027-01-02T00:00:00Z' });
    await provision(t, [entry]);
    t.clock.advance(2 * DAY);
    const later = { ...entry, expires_at: '2028-01-01T00:00:00Z' };
    await provision(t, [later]);
    expect(await scrape(t, secret)).toBe(401);
    t.clock.step(-2 * DAY);
    await provision(t, [later]);
    expect(await scrape(t, secret)).toBe(401);
    expect(await onlyToken(t)).toMatchObject({ status: 'expired', expiresAt: '2027-01-02T00:00:00.000Z' });
    expect(warnings(t)).toMatchObject([
      { name: 'GitOps', msg: expect.stringContaining(ended.expired) },
      { msg: expect.stringContaining(ended.expired) },
    ]);
    await provision(t, []);
    expect(await onlyToken(t)).toMatchObject({ status: 'expired', revokedAt: null });
    expect(await counts(t)).toEqual({ active: 0, expired: 1, revoked: 0 });
  });

  test('nor one that has expired while nobody scraped and nothing ran, neither by a later expiry nor by the clock', async () => {
    const t = await testApp();
    const { secret, entry } = generated({ expires_at: '2027-01-01T01:00:00Z' });
    await provision(t, [entry]);
    t.clock.advance(HOUR);
    const later = { ...entry, expires_at: '2028-01-01T00:00:00Z' };
    await provision(t, [later]);
    expect(await counts(t)).toEqual({ active: 0, expired: 1, revoked: 0 });
    t.clock.step(-HOUR);
    await provision(t, [later]);
    expect(await onlyToken(t)).toMatchObject({ status: 'expired', expiresAt: '2027-01-01T01:00:00.000Z' });
    expect(await scrape(t, secret)).toBe(401);
  });

  test('and is not revoked as well where the configuration leaves it out', async () => {
    const t = await testApp();
    await provision(t, [generated({ expires_at: '2027-01-01T01:00:00Z' }).entry]);
    t.clock.advance(HOUR);
    await provision(t, []);
    expect(await onlyToken(t)).toMatchObject({ status: 'expired', revokedAt: null, revokedBy: null });
    expect((await story(t)).map(({ event }) => event)).toEqual(['token.provisioned']);
  });

  test('nor does one come in that has expired before it was ever seen', async () => {
    const t = await testApp();
    await provision(t, [generated({ expires_at: '2027-01-01T00:00:00Z' }).entry]);
    expect(await tokens(t)).toEqual([]);
    expect(await story(t)).toEqual([]);
    expect(warnings(t)).toMatchObject([{ name: 'GitOps', msg: expect.stringContaining(ended.expired) }]);
  });

  test('a token that was minted here is left alone, whatever the configuration says of its hash', async () => {
    const t = await testApp();
    const { id, secret } = await t.mint('Prometheus');
    const { hash } = await t.services.database.read
      .selectFrom('scrape_tokens')
      .select('hash')
      .executeTakeFirstOrThrow();
    const before = await onlyToken(t);
    await provision(t, [{ name: 'Mine', sha256: hash, expires_at: '2027-02-01T00:00:00Z' }]);
    await provision(t, []);
    expect(await onlyToken(t)).toEqual(before);
    expect(await scrape(t, secret)).toBe(200);
    await t.services.tokens.revoke(id, actor);
    await provision(t, [{ name: 'Mine', sha256: hash }]);
    expect(await scrape(t, secret)).toBe(401);
    expect(warnings(t)).toMatchObject([
      { key: 'prometheus.provisioned_tokens.0', name: 'Mine', msg: expect.stringContaining('was minted here') },
      { name: 'Mine' },
    ]);
  });
});

describe('a provisioned token that is rotated', () => {
  test('has a minted successor, ends by it, and then stays revoked though it stands in the configuration', async () => {
    const t = await testApp();
    const { secret, entry } = generated({ expires_at: '2027-03-01T00:00:00Z' });
    await provision(t, [entry]);
    const { id } = await onlyToken(t);
    const api = await tokenApi(t);
    const rotated = await api.rotate(id, { grace: 0 });
    expect(rotated.token).toMatchObject({ origin: 'minted', predecessorId: id, expiresAt: '2027-03-01T00:00:00.000Z' });
    await provision(t, [entry]);
    expect([await scrape(t, secret), await scrape(t, rotated.secret)]).toEqual([401, 200]);
    expect(warnings(t)).toMatchObject([{ msg: expect.stringContaining('was revoked') }]);
    await provision(t, []);
    expect(await scrape(t, rotated.secret)).toBe(200);
    expect(await counts(t)).toEqual({ active: 1, expired: 0, revoked: 1 });
  });

  test('while both work, follows the configuration; gone from it, the rotation is over', async () => {
    const t = await testApp();
    const { secret, entry } = generated();
    await provision(t, [entry]);
    const { id } = await onlyToken(t);
    const api = await tokenApi(t);
    const rotated = await api.rotate(id, { grace: 'observed' });
    await provision(t, [{ ...entry, name: 'Flux' }]);
    expect([await scrape(t, secret), await scrape(t, rotated.secret)]).toEqual([200, 200]);
    await provision(t, []);
    expect([await scrape(t, secret), await scrape(t, rotated.secret)]).toEqual([401, 200]);
    expect((await api.rotation(rotated.token.id)).progress).toBeNull();
    expect(await t.services.tokens.get(id)).toMatchObject({ name: 'Flux', status: 'revoked' });
  });
});

test('its expiry is notified, and again by the expiry that the configuration gives it', async () => {
  const t = await testApp();
  const { entry } = generated({ expires_at: '2027-01-11T00:00:00Z' });
  await provision(t, [entry]);
  const maintenance = testMaintenance(t);
  t.clock.advance(4 * DAY);
  await provision(t, [{ ...entry, name: 'Renamed' }]); // a notice that is due is not lost by that
  await maintenance.run();
  await provision(t, [{ ...entry, expires_at: '2027-02-01T00:00:00Z' }]);
  t.clock.advance(10 * DAY);
  await maintenance.run();
  t.clock.advance(8 * DAY);
  await maintenance.run();
  const notices = await t.services.database.read
    .selectFrom('notification_outbox')
    .select('text')
    .where('kind', '=', 'token.expiring')
    .orderBy('seq')
    .execute();
  expect(notices.map(({ text }) => /expires (.*), at (.*)T/.exec(text)?.slice(1))).toEqual([
    ['in 6 days', '2027-01-11'],
    ['in 9 days', '2027-02-01'],
  ]);
});

describe('all or nothing:', () => {
  test('where one of them cannot be brought in, none is, and none is revoked', async () => {
    const t = await testApp();
    const [first, second, third] = [generated(), generated(), generated()];
    await provision(t, [first.entry]);
    expect(await problemOf(() => provision(t, [second.entry, { ...third.entry, catalogues: ['other'] }]))).toBe(
      'prometheus.provisioned_tokens.1.catalogues: other is none that a token can name. There are: platform.',
    );
    const mend = breakInserts(t.config, 'audit_events');
    await expect(provision(t, [second.entry])).rejects.toThrow('the disk of this test is full');
    mend();
    expect(await onlyToken(t)).toMatchObject({ status: 'active' });
    expect(await scrape(t, first.secret)).toBe(200);
    expect(await counts(t)).toEqual({ active: 1, expired: 0, revoked: 0 });
    await provision(t, [second.entry]);
    expect([await scrape(t, first.secret), await scrape(t, second.secret)]).toEqual([401, 200]);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true });
  });

  test('where the last of several revocations fails, the first is not done either', async () => {
    const t = await testApp();
    const [one, other] = [generated(), generated()];
    await provision(t, [one.entry, other.entry]);
    const raw = rawConnection(t.config);
    raw.exec(`create trigger broken before update on scrape_tokens when old.hash = '${other.entry.sha256}'
      begin select raise(abort, 'the disk of this test is full'); end`);
    await expect(provision(t, [])).rejects.toThrow('the disk of this test is full');
    expect([await scrape(t, one.secret), await scrape(t, other.secret)]).toEqual([200, 200]);
  });
});
