import type { Kysely } from 'kysely';
import type { Tx } from '../database/database.ts';
import type { PushGroupRow, Schema } from '../database/schema.ts';
import type { GroupingKey } from './grouping-key.ts';

const NAME = 'push';

/** The settings as they are kept. */
export interface StoredPushSettings {
  readonly enabled: boolean;
  readonly url: string;
  readonly job: string;
  readonly instance: string;
  readonly intervalSeconds: number;
  readonly username: string | null;
  /** Encrypted. */
  readonly password: string | null;
}

export interface PushSettingsRecord {
  readonly stored: StoredPushSettings;
  readonly changedAt: number;
  readonly changedBy: string;
}

/** Undefined where nothing was ever set. */
export async function readSettings(db: Kysely<Schema>): Promise<PushSettingsRecord | undefined> {
  const row = await db.selectFrom('operational_settings').selectAll().where('name', '=', NAME).executeTakeFirst();
  return (
    row && { stored: JSON.parse(row.value) as StoredPushSettings, changedAt: row.changed_at, changedBy: row.changed_by }
  );
}

export async function writeSettings(tx: Tx, { stored, changedAt, changedBy }: PushSettingsRecord): Promise<void> {
  const values = { value: JSON.stringify(stored), changed_at: changedAt, changed_by: changedBy };
  await tx
    .insertInto('operational_settings')
    .values({ name: NAME, ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .execute();
}

export async function allGroups(db: Kysely<Schema>): Promise<PushGroupRow[]> {
  return db.selectFrom('push_groups').selectAll().orderBy('stale_since').orderBy('url').execute();
}

export async function putGroup(tx: Tx, row: PushGroupRow): Promise<void> {
  const { url: _url, job: _job, instance: _instance, ...values } = row;
  await tx
    .insertInto('push_groups')
    .values(row)
    .onConflict((conflict) => conflict.columns(['url', 'job', 'instance']).doUpdateSet(values))
    .execute();
}

export async function dropGroup(tx: Tx, { url, job, instance }: GroupingKey): Promise<void> {
  await tx
    .deleteFrom('push_groups')
    .where('url', '=', url)
    .where('job', '=', job)
    .where('instance', '=', instance)
    .execute();
}
