import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  tokenSorts,
  type ListTokensQuery,
  type TokenSort,
  type TokenSortField,
  type TokenStatus,
} from '../../contract/api.ts';
import { tokenStatuses } from '../../contract/metrics.ts';
import type { Services } from '../../backend/services.ts';
import type { ScrapeTokenRow } from '../../backend/database/schema.ts';
import { insertToken } from '../../backend/tokens/model/store.ts';
import { foldName, statusOf } from '../../backend/tokens/model/token.ts';
import { actor } from '../support/app.ts';
import { InvalidCursorError } from '../../backend/lib/pagination.ts';
import { rawConnection, testServices } from '../support/services.ts';
import { everyPage } from '../support/pages.ts';

const now = Date.parse('2027-01-01T00:00:00Z');

/** Few different values, so that equal keys are the rule. */
const time = fc.integer({ min: -2, max: 2 }).map((step) => now + step * 1000);
const name = fc.oneof(
  fc.constantFrom(
    'prom',
    'Prom',
    'PROM 1',
    '100%',
    '100',
    'a_b',
    'aXb',
    'back\\slash',
    'Ärger',
    'ärger',
    'ﬁx',
    '🦊 z',
    '\uffee',
  ),
  fc.stringMatching(/^[ab%_\\]{1,4}$/),
);
const row = fc.record({
  name,
  created_at: time,
  expires_at: fc.option(time),
  last_used_at: fc.option(time),
  state: fc.constantFrom<TokenStatus>('active', 'active', 'expired', 'revoked'),
});
type GivenRow = typeof row extends fc.Arbitrary<infer Given> ? Given : never;
const rows = fc.array(row, { minLength: 0, maxLength: 25 });
const query = fc.record(
  {
    status: fc.constantFrom(...tokenStatuses),
    search: fc.oneof(fc.constantFrom('', ' ', 'PRO', '%', '_', '\\', 'ÄR', 'FI', 'a_b', '0%'), name),
    sort: fc.constantFrom<TokenSort>(...tokenSorts),
    limit: fc.integer({ min: 1, max: 7 }),
  },
  { requiredKeys: ['sort', 'limit'] },
);
type Query = Omit<ListTokensQuery, 'cursor'>;

/** Replaces every token, through the store, so that the totals are kept. */
async function fill(services: Services, given: GivenRow[]): Promise<ScrapeTokenRow[]> {
  const filled = given.map((one, index): ScrapeTokenRow => {
    // Ids in another order than the rows were written in.
    const id = `tok_${String((index * 7919) % 1000).padStart(3, '0')}`;
    const hidden = {
      catalogues: '["platform"]',
      origin: 'minted' as const,
      prefix: 'vst_AAAAAA',
      hash: id,
      created_by: 'tester',
      last_ip: null,
      predecessor_id: null,
      successor_id: null,
      notice_at: null,
    };
    const revocation =
      one.state === 'revoked' ? { revoked_at: now, revoked_by: 'tester' } : { revoked_at: null, revoked_by: null };
    return { id, name_folded: foldName(one.name), ...hidden, ...revocation, ...one };
  });
  await services.database.transaction(async (tx) => {
    await tx.deleteFrom('scrape_tokens').execute();
    await tx.deleteFrom('running_totals').execute();
    for (const one of filled) await insertToken(tx, one);
  });
  return filled;
}

/** What the listing should hold, worked out in memory. */
function model(all: ScrapeTokenRow[], { status, search, sort }: Query): string[] {
  const needle = foldName(search ?? '').trim();
  const field = sort.replace('-', '') as TokenSortField;
  const key = (token: ScrapeTokenRow): string | number =>
    ({
      createdAt: token.created_at,
      name: Buffer.from(token.name_folded).toString('hex'), // ordered by code points, as UTF-8 is
      expiresAt: token.expires_at ?? Infinity,
      lastUsedAt: token.last_used_at ?? -Infinity,
    })[field];
  const compare = <T>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = all
    .filter((token) => status === undefined || statusOf(token, now) === status)
    .filter((token) => token.name_folded.includes(needle))
    .sort((a, b) => compare(key(a), key(b)) || compare(a.id, b.id));
  return (sort.startsWith('-') ? sorted.reverse() : sorted).map(({ id }) => id);
}

const listed = async (services: Services, asked: Query) => {
  const { pages, items } = await everyPage((cursor) => services.tokens.list({ ...asked, ...cursor }));
  return { ids: items.map(({ id }) => id), totals: [...new Set(pages.map(({ total }) => total))], pages };
};

test('paging shows what a simple model shows, in every order, status and search: nothing twice, nothing missing', async () => {
  const { services } = await testServices();
  await fc.assert(
    fc.asyncProperty(rows, fc.array(query, { minLength: 4, maxLength: 4 }), async (given, queries) => {
      const all = await fill(services, given);
      for (const asked of queries) {
        const expected = model(all, asked);
        const { ids, totals, pages } = await listed(services, asked);
        expect(ids).toEqual(expected);
        expect(totals).toEqual([expected.length]);
        expect(pages.slice(0, -1).every(({ items }) => items.length === asked.limit)).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});

test.each(tokenSorts)('with nothing but equal keys, paging by %s still shows each token once', async (sort) => {
  const { services } = await testServices();
  const same = { name: 'same', created_at: now, expires_at: null, last_used_at: null, state: 'active' } as const;
  const all = await fill(
    services,
    Array.from({ length: 23 }, () => same),
  );
  const { ids } = await listed(services, { sort, limit: 5 });
  expect(ids).toEqual(model(all, { sort, limit: 5 }));
});

test('a token that is minted between two pages moves no other token', async () => {
  const { services, clock } = await testServices();
  for (const one of ['c', 'd', 'e', 'f']) {
    clock.advance(1000);
    await services.tokens.create({ name: one }, actor);
  }
  const first = await services.tokens.list({ sort: 'name', limit: 2 });
  await services.tokens.create({ name: 'a' }, actor);
  await services.tokens.create({ name: 'z' }, actor);
  const second = await services.tokens.list({ sort: 'name', limit: 9, cursor: first.nextCursor ?? '' });
  expect([...first.items, ...second.items].map((token) => token.name)).toEqual(['c', 'd', 'e', 'f', 'z']);
});

test('duplicate names are allowed and both are found, in any case', async () => {
  const { services } = await testServices();
  await services.tokens.create({ name: 'Prometheus Süd' }, actor);
  await services.tokens.create({ name: 'Prometheus Süd' }, actor);
  const found = await services.tokens.list({ sort: 'name', limit: 10, search: ' prometheus SÜD ' });
  expect(found.total).toBe(2);
  expect(new Set(found.items.map(({ id }) => id)).size).toBe(2);
});

test('a name is found by what a reader takes it for: ligatures, wide and accented letters', async () => {
  const { services } = await testServices();
  await services.tokens.create({ name: 'ﬁrewall Ｗest Cafe\u0301' }, actor);
  for (const search of ['firewall', 'west', 'CAFÉ', 'ﬁre']) {
    expect((await services.tokens.list({ sort: 'name', limit: 5, search })).total).toBe(1);
  }
});

test('a page’s cursor continues that order only', async () => {
  const { services } = await testServices();
  for (const name of ['a', 'b', 'c']) await services.tokens.create({ name }, actor);
  for (const sort of tokenSorts) {
    const cursor = (await services.tokens.list({ sort, limit: 1 })).nextCursor ?? '';
    for (const other of tokenSorts) {
      const listing = services.tokens.list({ sort: other, limit: 5, cursor });
      if (other === sort) expect((await listing).items).toHaveLength(2);
      else await expect(listing).rejects.toThrow(InvalidCursorError);
    }
  }
});

describe('a cursor that is not of this listing is refused', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const listing = 'tokens name';
  const foreign: [string, string][] = [
    ['of the same field in the other direction', encode(['tokens -name', 'a', 'tok_1'])],
    ['of another field', encode(['tokens createdAt', 1, 'tok_1'])],
    ['of the audit log', encode(['audit -seq', 1, 'evt_1'])],
    ['with a number for a name', encode([listing, 1, 'tok_1'])],
    ['without an id', encode([listing, 'a'])],
    ['with too much', encode([listing, 'a', 'tok_1', 1])],
    ['that is an object', encode({ listing, key: 'a', id: 'tok_1' })],
    ['that is null', encode(null)],
    ['that is no JSON', 'bm90IGpzb24'],
    ['that is no base64', '%%%'],
  ];
  test.each(foreign)('%s', async (_what, cursor) => {
    const { services } = await testServices();
    await expect(services.tokens.list({ sort: 'name', limit: 10, cursor })).rejects.toThrow(InvalidCursorError);
  });
});

test('a search that finds very many counts each once, and shows them in their order', async () => {
  const { services, config } = await testServices();
  rawConnection(config).exec(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 12000)
     insert into scrape_tokens (id, name, name_folded, prefix, hash, created_at, created_by, state)
     select 'tok_' || i, 'Many ' || (i % 5), 'many ' || (i % 5), 'vst_000000', 'hash ' || i, i, 'tester',
            iif(i % 4 = 0, 'revoked', 'active')
     from n`,
  );
  const list = (more: Partial<ListTokensQuery>) =>
    services.tokens.list({ search: 'MANY', sort: '-createdAt', limit: 2, ...more });
  const found = async (more: Partial<ListTokensQuery>) => {
    const { items, total } = await list(more);
    return { ids: items.map(({ id }) => id), total };
  };
  expect(await found({})).toEqual({ ids: ['tok_12000', 'tok_11999'], total: 12_000 });
  expect(await found({ search: 'many 3' })).toEqual({ ids: ['tok_11998', 'tok_11993'], total: 2_400 });
  expect(await found({ status: 'revoked', sort: 'createdAt' })).toEqual({ ids: ['tok_4', 'tok_8'], total: 3_000 });
  expect(await found({ sort: 'name' })).toEqual({ ids: ['tok_10', 'tok_100'], total: 12_000 });
});
