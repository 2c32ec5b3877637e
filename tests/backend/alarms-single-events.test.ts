import { describe, expect, test } from 'vitest';
import type { ReadRule } from '../../backend/alarms/evaluate.ts';
import { readCursor, writeCursor } from '../../backend/alarms/queries.ts';
import { singleEvents } from '../../backend/alarms/single-events.ts';
import { addRule, alarms, quietApp, ruleBody, testEngine, ticks, tokenCreated } from '../support/alarms.ts';
import { testServices } from '../support/services.ts';
import { record } from '../support/retention.ts';

/** So many events of minted tokens, and how far the cursor has come, if at all. */
async function log(events: number, cursor?: number) {
  const t = await testServices();
  await record(t, events);
  const { database } = t.services;
  if (cursor !== undefined) await database.transaction((tx) => writeCursor(tx, cursor));
  return async (rules: readonly ReadRule[], limit: number) => {
    const { opened, ...rest } = await singleEvents(database.read, rules, limit);
    return { seqs: opened.map(({ subject }) => (JSON.parse(subject) as { seq: number }).seq), ...rest };
  };
}

/** A rule that wants each of them, from those behind a row on. */
const rule = (since_seq: number, condition = tokenCreated) => ({ row: { since_seq }, condition }) as ReadRule;

describe('events behind the cursor', () => {
  test('open an alarm each, and the cursor moves to the last', async () => {
    const look = await log(4, 2);
    expect(await look([rule(0)], 100)).toEqual({ seqs: [3, 4], cursor: 4, more: false });
  });

  test('are none where the cursor is at the end, and it is not written again', async () => {
    const look = await log(4, 4);
    expect(await look([rule(0)], 100)).toEqual({ seqs: [], cursor: undefined, more: false });
  });

  test('are taken so many at a time, in their order; whether more wait is told', async () => {
    const look = await log(4, 0);
    expect(await look([rule(0)], 3)).toEqual({ seqs: [1, 2, 3], cursor: 3, more: true });
    expect(await look([rule(0)], 4)).toMatchObject({ seqs: [1, 2, 3, 4], cursor: 4 });
    expect(await look([rule(0)], 5)).toEqual({ seqs: [1, 2, 3, 4], cursor: 4, more: false });
  });

  test('that several rules want are bounded together, and none is wanted by one of the rules alone', async () => {
    const look = await log(4, 0);
    expect(await look([rule(0), rule(0)], 4)).toEqual({ seqs: [1, 1, 2, 2], cursor: 2, more: true });
  });

  test('of another name, or from before the rule, are passed over', async () => {
    const look = await log(4, 0);
    expect(await look([rule(2)], 100)).toMatchObject({ seqs: [3, 4], cursor: 4 });
    const revoked = rule(0, { ...tokenCreated, event: 'token.revoked' } as typeof tokenCreated);
    expect(await look([revoked], 100)).toEqual({ seqs: [], cursor: 4, more: false });
  });
});

describe('an engine that never ran', () => {
  test('begins behind the row that its oldest rule begins behind', async () => {
    const look = await log(4);
    expect(await look([rule(3), rule(2)], 100)).toMatchObject({ seqs: [3, 4, 4], cursor: 4 });
  });

  test('begins at the end where no rule wants anything, or where a rule is younger than every event', async () => {
    const look = await log(4);
    expect(await look([], 100)).toEqual({ seqs: [], cursor: 4, more: false });
    expect(await look([rule(9)], 100)).toEqual({ seqs: [], cursor: 4, more: false });
  });
});

test('the alarm lasts for the window of its rule', async () => {
  const { services } = await testServices();
  await record({ services }, 1);
  const { opened } = await singleEvents(services.database.read, [rule(0)], 1);
  expect(opened).toMatchObject([{ lastsMs: 60_000 }]);
});

test('a rule that wants several events is none of these, nor is one that cannot be read', async () => {
  const look = await log(4, 0);
  expect(await look([{ ...rule(0), condition: undefined }], 100)).toMatchObject({ seqs: [], cursor: 4 });
  expect(await look([rule(0, { ...tokenCreated, atLeast: 2 } as typeof tokenCreated)], 100)).toMatchObject({
    seqs: [],
    cursor: 4,
  });
});

test('a tick keeps how far it came together with what it opened; the next one and another process go on there', async () => {
  const it = await quietApp();
  const engine = testEngine(it);
  await addRule(it, ruleBody(tokenCreated));
  await it.mint();
  await ticks(engine, it);
  const cursor = await readCursor(it.services.database.read);
  expect(cursor).toBe((await it.services.audit.head()).seq);
  await it.mint();
  const again = await quietApp({ folder: it.folder, clock: it.clock });
  await ticks(testEngine(again), again);
  expect(await alarms(again)).toHaveLength(2);
});
