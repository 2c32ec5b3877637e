import { describe, expect, test } from 'vitest';
import { actor, testApp, type TestApp } from '../support/app.ts';
import { rawConnection } from '../support/services.ts';
import { scrape, testMaintenance, tokenApi } from '../support/tokens.ts';

const DAY = 24 * 3600 * 1000;

/** What was notified of expiring tokens: which severity, and how soon. */
async function rung({ services }: TestApp) {
  const rows = await services.database.read
    .selectFrom('notification_outbox')
    .select(['severity', 'text', 'audience', 'token_id'])
    .where('kind', '=', 'token.expiring')
    .orderBy('seq')
    .execute();
  return rows.map(({ severity, text }) => [severity, /expires (.*), at/.exec(text)?.[1]]);
}

/** Maintenance runs at the start of each of these days. */
async function days(t: TestApp, count: number): Promise<void> {
  const maintenance = testMaintenance(t);
  for (let day = 0; day < count; day++) {
    await maintenance.run();
    await maintenance.run();
    t.clock.advance(DAY);
  }
}

describe('administrators are notified', () => {
  test('14, 7 and 1 days before a token expires, each once, for administrators', async () => {
    const t = await testApp();
    const { id } = await t.mint('Production Prometheus', '2027-01-21T00:00:00Z');
    await t.mint('For ever');
    await days(t, 25);
    expect(await rung(t)).toEqual([
      ['info', 'in 14 days'],
      ['warning', 'in 7 days'],
      ['critical', 'within a day'],
    ]);
    expect(await t.services.database.read.selectFrom('notification_outbox').selectAll().execute()).toContainEqual(
      expect.objectContaining({
        kind: 'token.expiring',
        severity: 'warning',
        audience: 'admin',
        channel: 'bell',
        token_id: id,
        title: 'Scrape token expires',
        text: 'The scrape token “Production Prometheus” expires in 7 days, at 2027-01-21T00:00:00.000Z. Rotate it before.',
      }),
    );
  });

  test('not for what was past when the token was made', async () => {
    const t = await testApp();
    await t.mint('Ten days', '2027-01-11T00:00:00Z');
    await t.mint('An hour', '2027-01-01T01:00:00Z');
    await days(t, 12);
    expect(await rung(t)).toEqual([
      ['warning', 'in 7 days'],
      ['critical', 'within a day'],
    ]);
  });

  test('once, for the nearest, where the backend was down over several', async () => {
    const t = await testApp();
    await t.mint('Prometheus', '2027-01-21T00:00:00Z');
    await days(t, 8);
    t.clock.advance(12 * DAY - DAY / 4);
    await days(t, 3);
    expect(await rung(t)).toEqual([
      ['info', 'in 14 days'],
      ['critical', 'within a day'],
    ]);
  });

  test('not again after a restart, nor when the clock steps back', async () => {
    const first = await testApp();
    await first.mint('Prometheus', '2027-01-21T00:00:00Z');
    first.clock.advance(7 * DAY);
    await testMaintenance(first).run();
    const t = await testApp({ folder: first.folder, clock: first.clock });
    t.clock.step(-2 * DAY);
    await days(t, 4);
    expect(await rung(t)).toEqual([['info', 'in 13 days']]);
  });

  test('not for a token that was revoked or has expired, nor for one that its successor has replaced', async () => {
    const t = await testApp();
    const [revoked, replaced, waiting] = [
      await t.mint('revoked', '2027-01-21T00:00:00Z'),
      await t.mint('replaced', '2027-01-21T00:00:00Z'),
      await t.mint('waiting', '2027-01-21T00:00:00Z'),
    ];
    await t.mint('expired', '2027-01-03T00:00:00Z');
    await t.mint('expired just now', '2027-01-07T23:59:59Z');
    await t.services.tokens.revoke(revoked.id, actor);
    const never = { grace: 'observed', expiresAt: null } as const;
    const { secret } = await t.services.tokens.rotate(replaced.id, never, actor);
    await t.services.tokens.rotate(waiting.id, never, actor);
    await scrape(t, secret);
    t.clock.advance(7 * DAY);
    await testMaintenance(t).run();
    const rows = await t.services.database.read.selectFrom('notification_outbox').selectAll().execute();
    expect(rows.filter(({ kind }) => kind === 'token.expiring').map(({ token_id }) => token_id)).toEqual([waiting.id]);
  });

  test('and what is due is found by an index', async () => {
    const t = await testApp();
    const plan = rawConnection(t.config)
      .prepare('explain query plan select * from scrape_tokens where notice_at <= ? order by notice_at limit 1')
      .all(0);
    expect(plan).toMatchObject([{ detail: expect.stringMatching(/USING INDEX scrape_tokens_notice/) }]);
  });
});

describe('where no token may live longer than 30 days', () => {
  const limitedLife = () => testApp({ settings: { tokens: { max_lifetime_days: 30 } } });
  const latest = '2027-01-31T00:00:00.000Z';

  test('a token may live just that long', async () => {
    const t = await limitedLife();
    expect((await t.mint('a', latest)).id).toMatch(/^tok_/);
  });

  test.each([
    ['no expiry', {}, 'expiry_required', `On this appliance every scrape token has to expire.`],
    ['null', { expiresAt: null }, 'expiry_required', `On this appliance every scrape token has to expire.`],
    [
      'one millisecond more',
      { expiresAt: '2027-01-31T00:00:00.001Z' },
      'expiry_too_late',
      'No scrape token may live longer than 30 days.',
    ],
  ])('one with %s is refused with the latest date, minted or as a successor', async (_what, body, code, why) => {
    const t = await limitedLife();
    const api = await tokenApi(t);
    const message = `Choose a time until ${latest}.`;
    const problem = { status: 400, code, detail: `${why} ${message}`, errors: [{ field: 'expiresAt', message }] };
    expect((await api.post('', { name: 'a', ...body })).json()).toMatchObject(problem);
    const { id } = await t.mint('a', latest);
    if ('expiresAt' in body) expect((await api.post(`/${id}/rotate`, body)).json()).toMatchObject(problem);
    expect(await t.services.tokens.counts()).toEqual({ active: 1, expired: 0, revoked: 0 });
  });

  test('a successor of a token from before that rule needs an expiry of its own', async () => {
    const t = await limitedLife();
    const { id } = await t.mint('a', latest);
    rawConnection(t.config).exec('update scrape_tokens set expires_at = null');
    const api = await tokenApi(t);
    expect((await api.post(`/${id}/rotate`, {})).json()).toMatchObject({ status: 400, code: 'expiry_required' });
    expect((await api.rotate(id, { expiresAt: latest })).token.expiresAt).toBe(latest);
  });

  test('the integration says so', async () => {
    const t = await limitedLife();
    const headers = { authorization: `Bearer ${await t.jwt('viewer')}` };
    expect((await t.app.inject({ url: '/api/integrations', headers })).json()).toMatchObject([
      { maxTokenLifetimeDays: 30 },
    ]);
  });
});
