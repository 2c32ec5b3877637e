import type { Kysely } from 'kysely';
import type { Tx } from '../database/database.ts';
import type { AlarmRuleRow, Schema } from '../database/schema.ts';

export async function allRules(db: Kysely<Schema>): Promise<AlarmRuleRow[]> {
  return db
    .selectFrom('alarm_rules')
    .selectAll()
    .orderBy('built_in', 'desc')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

export async function enabledRules(db: Kysely<Schema>): Promise<AlarmRuleRow[]> {
  return db.selectFrom('alarm_rules').selectAll().where('enabled', '=', 1).orderBy('id').execute();
}

export async function findRule(db: Kysely<Schema>, id: string): Promise<AlarmRuleRow | undefined> {
  return db.selectFrom('alarm_rules').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function countRules(db: Kysely<Schema>): Promise<number> {
  const row = await db
    .selectFrom('alarm_rules')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function putRule(tx: Tx, row: AlarmRuleRow): Promise<void> {
  const { id: _id, ...values } = row;
  await tx
    .insertInto('alarm_rules')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
}

export async function deleteRule(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('alarm_rules').where('id', '=', id).execute();
}
