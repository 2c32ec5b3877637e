/** Whether what was promised is there in the end, each thing once. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { auditNumbers, countRows, inside, type IngestPlace } from '../support/ingest-journey.ts';
import type { VectorReceiver } from '../support/vector.ts';

/** Every row that was acknowledged is in ClickHouse once, and so is the audit log, at least up to this event. */
export async function expectRowsOnce(place: IngestPlace, acknowledged: number, audited: number): Promise<void> {
  await inside(join(place.folder, 'clickhouse'), async (client) => {
    expect(await countRows(client)).toEqual({ rows: acknowledged, different: acknowledged });
    const shipped = await auditNumbers(client);
    expect(shipped).toEqual(Array.from({ length: shipped.length }, (_, index) => index + 1));
    expect(shipped.length).toBeGreaterThanOrEqual(audited);
  });
}

/**
 * Every alarm's opening, acknowledgement and end has reached Vector, every token's creation and end has rung the bell, each
 * once; or it waits in the queue. There is nothing else. @returns how many notifications there were
 */
export function expectNotificationsOnce(place: IngestPlace, vector: VectorReceiver): number {
  const all = (...queries: string[]) => queries.flatMap((query) => select<string>(place, query));
  const toVector = `FROM alarms WHERE channels LIKE '%vector%'`;
  const ofAlarms = all(
    `SELECT 'alarm.opened ' || id ${toVector}`,
    `SELECT 'alarm.acknowledged ' || id ${toVector} AND acknowledged_at IS NOT NULL`,
    `SELECT 'alarm.resolved ' || id ${toVector} AND resolved_at IS NOT NULL`,
  );
  const reported = new Map(
    vector.accepted().map((line) => [line.idempotencyKey, `${line.kind} ${line.alarmId ?? ''}`]),
  );
  const queued = all(`SELECT kind || ' ' || alarm_id FROM notification_outbox WHERE channel = 'vector'`);
  expect([...reported.values(), ...queued].sort()).toEqual(ofAlarms.sort());

  const ofTokens = all(
    `SELECT 'token.created ' || id FROM scrape_tokens`,
    `SELECT 'token.revoked ' || id FROM scrape_tokens WHERE revoked_at IS NOT NULL`,
  );
  const rung = all(
    `SELECT kind || ' ' || token_id FROM bell_notifications WHERE token_id IS NOT NULL`,
    `SELECT kind || ' ' || token_id FROM notification_outbox WHERE channel = 'bell' AND token_id IS NOT NULL`,
  );
  expect(rung.sort()).toEqual(ofTokens.sort());

  const [enqueued] = select<number>(place, `SELECT value FROM running_totals WHERE name = 'notifications.enqueued'`);
  const [onTheBell = NaN] = select<number>(place, 'SELECT count(*) FROM bell_notifications');
  const [waiting = NaN] = select<number>(place, 'SELECT count(*) FROM notification_outbox');
  expect(onTheBell + reported.size + waiting).toBe(enqueued);
  return enqueued ?? NaN;
}

/** The first column of what the backend's database says. */
export function select<Value>({ database }: Pick<IngestPlace, 'database'>, query: string): Value[] {
  const connection = new Sqlite(database, { readonly: true });
  try {
    return connection.prepare<[], Value>(query).pluck().all();
  } finally {
    connection.close();
  }
}
