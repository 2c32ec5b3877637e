import { describe, expect, test } from 'vitest';
import type { Actor } from '../../backend/audit/log.ts';
import type { Services } from '../../backend/services.ts';
import { actor } from '../support/app.ts';
import { breakInserts, countedEvents, rawConnection, testServices, type TestCore } from '../support/services.ts';

const everything = ({ config }: TestCore) => {
  const raw = rawConnection(config);
  return ['scrape_tokens', 'credentials', 'audit_events', 'running_totals'].map((table) =>
    raw.prepare(`select * from ${table} order by 1`).all(),
  );
};

describe('a change whose event cannot be recorded does not happen', () => {
  const changes: [string, (services: Services, token: string, credential: string) => Promise<unknown>][] = [
    ['minting', ({ tokens }) => tokens.create({ name: 'b' }, actor)],
    ['renaming', ({ tokens }, id) => tokens.rename(id, 'b', actor)],
    ['revoking', ({ tokens }, id) => tokens.revoke(id, actor)],
    ['issuing', ({ credentials }) => credentials.issue({ role: 'admin', name: 'b', ttlSeconds: undefined }, actor)],
    ['revoking a credential', ({ credentials }, _token, id) => credentials.revoke(id, actor)],
  ];
  test.each(changes)('%s', async (_what, change) => {
    const t = await testServices();
    const { token } = await t.services.tokens.create({ name: 'a' }, actor);
    const issued = await t.services.credentials.issue({ role: 'viewer', name: 'a', ttlSeconds: 60 }, actor);
    const before = everything(t);
    const mend = breakInserts(t.config, 'audit_events');
    await expect(change(t.services, token.id, issued.credential.id)).rejects.toThrow('full');
    expect(everything(t)).toEqual(before);
    mend();
    await change(t.services, token.id, issued.credential.id);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true, rows: 3 });
  });
});

test('a change that fails leaves no event and no gap in the chain', async () => {
  const t = await testServices();
  await t.services.tokens.create({ name: 'a' }, actor);
  const before = everything(t);
  const mend = breakInserts(t.config, 'scrape_tokens');
  await expect(t.services.tokens.create({ name: 'b' }, actor)).rejects.toThrow('full');
  expect(everything(t)).toEqual(before);
  mend();
  await t.services.tokens.create({ name: 'c' }, actor);
  expect(await t.services.audit.verify()).toMatchObject({ ok: true, rows: 2 });
});

test('an event whose work fails afterwards is rolled back with it', async () => {
  const { services } = await testServices();
  const failing = services.database.transaction(async (tx) => {
    await services.audit.record(tx, { event: 'token.created', actor, target: 'tok_1', details: {} });
    throw new Error('after the event');
  });
  await expect(failing).rejects.toThrow('after the event');
  expect(await services.audit.head()).toEqual({ seq: 0, hash: '' });
  expect((await countedEvents(services))['token.created']).toBe(0);
});

test('an event says who, through which interface, from where, to what and when', async () => {
  const t = await testServices();
  const who: Actor = { name: 'ada', via: 'grafana', ip: '2001:db8::1' };
  const { token } = await t.services.tokens.create({ name: 'Süd', expiresAt: '2028-01-01T00:00:00+01:00' }, who);
  expect((await t.services.audit.list({ limit: 5 })).items).toEqual([
    {
      seq: 1,
      id: expect.stringMatching(/^evt_[0-9A-Za-z]{16}$/),
      at: '2027-01-01T00:00:00.000Z',
      event: 'token.created',
      actor: 'ada',
      via: 'grafana',
      ip: '2001:db8::1',
      target: token.id,
      details: { name: 'Süd', expiresAt: '2027-12-31T23:00:00.000Z', catalogues: ['platform'] },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  ]);
});

test('changes that are asked for at once are numbered one after another', async () => {
  const { services } = await testServices();
  await Promise.all(Array.from({ length: 20 }, (_, index) => services.tokens.create({ name: `t${index}` }, actor)));
  const seqs = (await services.audit.list({ limit: 50 })).items.map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => 20 - index));
  expect(await services.audit.verify()).toMatchObject({ ok: true, rows: 20 });
});
