import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { tokenSorts } from '../../contract/api.ts';
import { tokenStatuses } from '../../contract/metrics.ts';
import { actor } from '../support/app.ts';
import { rawConnection, testServices, type TestCore } from '../support/services.ts';
import { record } from '../support/retention.ts';

/** The statements that are run while `work` runs, each as often as it is. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const memory = new Sqlite(':memory:');
  const prototype = Object.getPrototypeOf(memory.prepare('select 1')) as Sqlite.Statement;
  memory.close();
  const ran = [vi.spyOn(prototype, 'all'), vi.spyOn(prototype, 'run')];
  const restore = () => ran.forEach((spy) => spy.mockRestore());
  onTestFinished(restore);
  await work();
  const statements = ran.flatMap(({ mock }) => mock.contexts.map((one) => (one as Sqlite.Statement).source));
  restore();
  return statements;
}

/** How the database finds what is asked of it while `work` runs. */
async function plansOf({ config }: TestCore, work: () => Promise<unknown>): Promise<string[]> {
  const raw = rawConnection(config);
  return (await statementsOf(work)).flatMap((sql) =>
    raw
      .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
      .all(...Array<number>(sql.split('?').length - 1).fill(1))
      .map(({ detail }) => detail),
  );
}

/** Every way to choose some of these. */
function choices<Value extends object>(value: Value): Partial<Value>[] {
  return Object.entries(value).reduce<Partial<Value>[]>(
    (chosen, [key, one]) => chosen.flatMap((before) => [before, { ...before, [key]: one as unknown }]),
    [{}],
  );
}

test('whatever the audit log is filtered by, an index leads to the rows in their order', async () => {
  const t = await testServices();
  await record(t, 3);
  const from = '2026-01-01T00:00:00Z';
  const to = '2028-01-01T00:00:00Z';
  for (const filter of choices({
    event: 'token.created' as const,
    actor: 'tester',
    ip: '192.0.2.1',
    target: 'tok_1',
    from,
    to,
  })) {
    const plans = await plansOf(t, () => t.services.audit.list({ limit: 5, ...filter }));
    const about = JSON.stringify(filter);
    expect(
      plans.filter((plan) => /TEMP B-TREE|^SCAN (?!audit_clock_steps|audit_checkpoint)/.test(plan)),
      about,
    ).toEqual([]);
    const all = (['event', 'actor', 'ip'] as const).filter((column) => column in filter);
    const beside = (['actor', 'ip', 'event'] as const).find((column) => column in filter);
    const named = 'target' in filter ? ['target', ...(beside ? [beside] : [])] : all;
    const equal = named.map((column) => `${column}=? AND `).join('');
    const bounds = 'from' in filter || 'to' in filter ? 'seq>? AND seq<?' : 'seq>?';
    expect(plans, about).toContainEqual(
      expect.stringMatching(
        new RegExp(`^SEARCH audit_events USING .*\\(${`${equal}${bounds}`.replaceAll('?', '\\?')}\\)$`),
      ),
    );
  }
});

test('a time is found by halving, not by reading along the log', async () => {
  const t = await testServices();
  await record(t, 2_000);
  const made = await statementsOf(() =>
    t.services.audit.list({ limit: 5, from: '2027-01-01T00:00:00Z', to: '2028-01-01T00:00:00Z' }),
  );
  expect(made.length).toBeLessThan(40);
});

test('each stretch of an export is searched by its own bounds, not read up to them', async () => {
  const t = await testServices();
  await record(t, 300);
  const made = await statementsOf(async () => {
    for await (const piece of await t.services.exportAudit({ format: 'ndjson' }, actor)) expect(piece).not.toBe('');
  });
  const stretches = made.filter((sql) => sql.includes('"audit_events"') && sql.includes('"seq" <= ?'));
  expect(stretches).toHaveLength(3);
  for (const sql of stretches) expect(sql.match(/"seq" >/g), sql).toHaveLength(1);
});

test('a search looks at each name once, and reads no token that it does not find', async () => {
  const t = await testServices();
  for (const status of [undefined, ...tokenStatuses]) {
    for (const sort of tokenSorts) {
      const query = { search: 'nothing', sort, limit: 5, ...(status && { status }) };
      const plans = await plansOf(t, () => t.services.tokens.list(query));
      const scans = plans.filter((plan) => /^SCAN scrape_tokens/.test(plan));
      expect(scans, JSON.stringify(query)).toEqual(['SCAN scrape_tokens USING COVERING INDEX scrape_tokens_search']);
    }
  }
});

test('whatever credentials are filtered by, they are read in their order', async () => {
  const t = await testServices();
  for (const status of [undefined, ...tokenStatuses]) {
    for (const filter of choices({ role: 'viewer' as const })) {
      const plans = await plansOf(t, () =>
        t.services.credentials.list({ limit: 5, ...(status && { status }), ...filter }),
      );
      expect(plans, JSON.stringify({ status, ...filter })).toEqual([
        expect.stringMatching('role' in filter ? /^SEARCH credentials USING INDEX \w+ \(role=\?\)$/ : /USING INDEX/),
      ]);
    }
  }
});
