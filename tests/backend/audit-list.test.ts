import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditEventNames } from '../../contract/audit-events.ts';
import type { AuditEvent, ListAuditQuery } from '../../contract/api.ts';
import type { Services } from '../../backend/services.ts';
import { actor } from '../support/app.ts';
import { testServices } from '../support/services.ts';
import { everyPage } from '../support/pages.ts';

type Filter = Omit<ListAuditQuery, 'cursor'>;

async function listed(services: Services, filter: Filter): Promise<AuditEvent[]> {
  const { pages, items } = await everyPage((cursor) => services.audit.list({ ...filter, ...cursor }));
  expect(pages.slice(0, -1).every((page) => page.items.length === filter.limit)).toBe(true);
  return items;
}

const at = (second: number) => new Date(Date.parse('2027-01-01T00:00:00Z') + second * 1000).toISOString();

test('every filter and page size shows, newest first, exactly the rows that a simple model shows', async () => {
  const { services, clock } = await testServices();
  const actors = ['ada', 'Ada', 'grace', null];
  const addresses = ['192.0.2.1', '2001:db8::1', null];
  for (let row = 0; row < 60; row++) {
    // Two rows share each time, and the clock steps back twice.
    if (row % 2 === 0) clock.advance(1000);
    if (row === 30 || row === 41) clock.step(-10_000);
    const event = auditEventNames[row % auditEventNames.length] ?? 'token.created';
    const name = actors[row % actors.length] ?? null;
    const ip = addresses[row % addresses.length] ?? null;
    await services.database.transaction((tx) =>
      services.audit.record(tx, { event, actor: { name, via: 'cli', ip }, target: null, details: { row } }),
    );
  }
  const all = await listed(services, { limit: 200 });
  expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, index) => 60 - index));

  const second = fc.integer({ min: 0, max: 35 });
  const filter = fc.record(
    {
      event: fc.constantFrom(...auditEventNames),
      actor: fc.constantFrom('ada', 'Ada', 'grace', 'nobody', '%'),
      ip: fc.constantFrom('192.0.2.1', '2001:db8::1', '2001:DB8::1', '192.0.2.'),
      from: second.map(at),
      to: second.map(at),
      limit: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: ['limit'] },
  );
  await fc.assert(
    fc.asyncProperty(filter, async (asked) => {
      const expected = all.filter(
        (row) =>
          (asked.event === undefined || row.event === asked.event) &&
          (asked.actor === undefined || row.actor === asked.actor) &&
          (asked.ip === undefined || row.ip === asked.ip) &&
          (asked.from === undefined || row.at >= asked.from) &&
          (asked.to === undefined || row.at < asked.to),
      );
      expect(await listed(services, asked)).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});

test('a time is taken with any offset', async () => {
  const { services } = await testServices();
  await services.tokens.create({ name: 'a' }, actor);
  const list = async (from: string, to: string) => (await services.audit.list({ from, to, limit: 5 })).items.length;
  expect(await list('2027-01-01T01:00:00+01:00', '2027-01-01T01:00:01+01:00')).toBe(1);
  expect(await list('2026-12-31T23:00:00-01:00', '2026-12-31T23:00:00-01:00')).toBe(0);
});

test('a row that is written between two pages moves no other row', async () => {
  const { services } = await testServices();
  for (const name of ['a', 'b', 'c']) await services.tokens.create({ name }, actor);
  const first = await services.audit.list({ limit: 2 });
  await services.tokens.create({ name: 'd' }, actor);
  const second = await services.audit.list({ limit: 2, cursor: first.nextCursor ?? '' });
  expect([...first.items, ...second.items].map(({ seq }) => seq)).toEqual([3, 2, 1]);
});

test('a cursor of another listing and an impossible time are refused by name', async () => {
  const { services } = await testServices();
  const { encodeCursor, InvalidCursorError } = await import('../../backend/lib/pagination.ts');
  const foreign = encodeCursor({ listing: 'tokens createdAt', key: 1, id: 'tok_1' });
  await expect(services.audit.list({ limit: 5, cursor: foreign })).rejects.toThrow(InvalidCursorError);
  await expect(services.audit.list({ limit: 5, from: '2027-02-30T00:00:00Z' })).rejects.toMatchObject({
    code: 'invalid_request',
    errors: [{ field: 'from' }],
  });
});
