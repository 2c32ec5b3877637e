import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditEventNames } from '../../contract/audit-events.ts';
import { tokenStatuses } from '../../contract/metrics.ts';
import { hashSecret } from '../../backend/tokens/model/token.ts';
import { actor } from '../support/app.ts';
import { countedEvents, rawConnection, testServices, type TestCore } from '../support/services.ts';
import { scrapeFrom } from '../support/tokens.ts';

const events = async ({ services }: TestCore) =>
  (await services.audit.list({ limit: 200 })).items.map(({ event, target }) => [event, target]).reverse();

test('a rename changes the name and tells the audit log both names', async () => {
  const t = await testServices();
  const { token } = await t.services.tokens.create({ name: 'old' }, actor);
  expect(await t.services.tokens.rename(token.id, ' new ', actor)).toEqual({ ...token, name: 'new' });
  const [latest] = (await t.services.audit.list({ limit: 1 })).items;
  expect(latest).toMatchObject({
    event: 'token.renamed',
    actor: 'tester',
    target: token.id,
    details: { name: 'new', before: 'old' },
  });
});

test('a rename to the same name changes nothing and records nothing', async () => {
  const t = await testServices();
  const { token } = await t.services.tokens.create({ name: 'same' }, actor);
  expect(await t.services.tokens.rename(token.id, '  same  ', actor)).toEqual(token);
  expect(await events(t)).toEqual([['token.created', token.id]]);
});

test('a revoked token can still be renamed, for the list to be read', async () => {
  const { services } = await testServices();
  const { token } = await services.tokens.create({ name: 'a' }, actor);
  await services.tokens.revoke(token.id, actor);
  expect(await services.tokens.rename(token.id, 'retired', actor)).toMatchObject({
    name: 'retired',
    status: 'revoked',
  });
});

test('what cannot be done is refused by name and leaves no event', async () => {
  const t = await testServices();
  const { tokens } = t.services;
  const { token } = await tokens.create({ name: 'a' }, actor);
  await expect(tokens.rename('tok_nobody', 'b', actor)).rejects.toMatchObject({ code: 'token_not_found' });
  await expect(tokens.revoke('tok_nobody', actor)).rejects.toMatchObject({ code: 'token_not_found' });
  await expect(tokens.get('tok_nobody')).rejects.toMatchObject({ code: 'token_not_found' });
  await expect(tokens.rename(token.id, '\u202e', actor)).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(tokens.create({ name: 'b', expiresAt: '2026-12-31T00:00:00Z' }, actor)).rejects.toMatchObject({
    code: 'expiry_in_the_past',
  });
  const revoked = await tokens.revoke(token.id, actor);
  t.clock.advance(1000);
  await expect(tokens.revoke(token.id, { ...actor, name: 'somebody else' })).rejects.toMatchObject({
    code: 'token_already_revoked',
  });
  expect(await tokens.get(token.id)).toEqual(revoked);
  expect(await events(t)).toEqual([
    ['token.created', token.id],
    ['token.revoked', token.id],
  ]);
});

test('a secret is nowhere on disk: not in the database, its log, or beside it, only its hash', async () => {
  const t = await testServices();
  const minted = await Promise.all(['a', 'b', 'c'].map((name) => t.services.tokens.create({ name }, actor)));
  for (const { token, secret } of minted) {
    await t.services.tokens.verify(secret);
    t.services.tokens.recordUse(token.id, scrapeFrom('192.0.2.1'));
    await t.services.tokens.rename(token.id, `${token.name} again`, actor);
  }
  await t.services.tokens.revoke(minted[0]!.token.id, actor);
  const folder = dirname(t.config.auth.key_file);
  const bytes = Buffer.concat(readdirSync(folder).map((file) => readFileSync(join(folder, file))));
  for (const { token, secret } of minted) {
    expect(bytes.includes(hashSecret(secret))).toBe(true);
    expect(bytes.includes(token.prefix)).toBe(true);
    // Not even a part beyond what is shown, in either alphabet's bytes.
    for (let at = 10; at + 12 <= secret.length; at++) expect(bytes.includes(secret.slice(at, at + 12))).toBe(false);
    expect(bytes.includes(Buffer.from(secret).toString('base64'))).toBe(false);
  }
});

type Step = {
  readonly do: 'create' | 'rename' | 'revoke' | 'rotate' | 'maintain' | 'verify' | 'use' | 'wait' | 'back' | 'restart';
  readonly at: number;
};
const step = fc.record<Step>({
  do: fc.constantFrom(
    'create',
    'create',
    'rename',
    'revoke',
    'revoke',
    'rotate',
    'rotate',
    'maintain',
    'verify',
    'verify',
    'use',
    'wait',
    'wait',
    'back',
    'restart',
  ),
  at: fc.nat({ max: 5 }),
});

test('whatever happens in whatever order, the running totals equal what counting the rows gives, and links go both ways', async () => {
  const t = await testServices();
  const raw = rawConnection(t.config);
  const counted = (table: string, column: string, value: string) =>
    (raw.prepare(`select count(*) as n from ${table} where ${column} = ?`).get(value) as { n: number }).n;
  const known: { id: string; secret: string }[] = [];
  const one = (at: number) => known.at(-1 - at) ?? known[0] ?? { id: 'tok_nobody', secret: 'vst_' };

  async function take({ do: what, at }: Step): Promise<unknown> {
    const { tokens } = t.services;
    if (what === 'create') {
      const expiresAt = at % 2 === 0 ? null : new Date(t.clock.now() + at * 1000).toISOString();
      const { token, secret } = await tokens.create({ name: `n${at}`, expiresAt }, actor);
      return known.push({ id: token.id, secret });
    }
    if (what === 'rotate') {
      const { token, secret } = await tokens.rotate(one(at).id, { grace: at === 5 ? 'observed' : at }, actor);
      return known.push({ id: token.id, secret });
    }
    if (what === 'maintain') return tokens.maintain(at * 200_000);
    if (what === 'rename') return tokens.rename(one(at).id, `renamed ${at}`, actor);
    if (what === 'revoke') return tokens.revoke(one(at).id, actor);
    if (what === 'verify') return tokens.verify(one(at).secret);
    if (what === 'use') return tokens.recordUse(one(at).id, scrapeFrom('192.0.2.1'));
    if (what === 'restart') return t.restart();
    return what === 'wait' ? t.clock.advance(at * 1000) : t.clock.step(at * -500);
  }

  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      for (const each of steps) await take(each).catch(() => undefined);
      const { tokens, audit } = await t.restart();
      const total = Object.values(await tokens.counts()).reduce((sum, count) => sum + count, 0);
      for (const status of tokenStatuses) {
        const listed = await tokens.list({ status, sort: 'name', limit: 200 });
        expect((await tokens.counts())[status]).toBe(listed.total);
        const state = raw.prepare('select value from running_totals where name = ?').get(`tokens.${status}`);
        expect((state as { value: number } | undefined)?.value ?? 0).toBe(counted('scrape_tokens', 'state', status));
      }
      expect(total).toBe(known.length);
      const torn = raw.prepare(
        `select a.id from scrape_tokens a left join scrape_tokens b on b.id = a.successor_id
         where a.successor_id is not null and b.predecessor_id is not a.id`,
      );
      expect(torn.all(), 'a link that goes one way only').toEqual([]);
      const events = await countedEvents(t.services);
      for (const event of auditEventNames) expect(events[event]).toBe(counted('audit_events', 'event', event));
      expect(await audit.verify()).toMatchObject({ ok: true });
    }),
    { numRuns: 40 },
  );
});
