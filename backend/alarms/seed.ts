import type { Database } from '../database/database.ts';
import type { AlarmRuleRow } from '../database/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { builtInRules, type BuiltInRule } from './built-in.ts';
import { lastSeq } from './queries.ts';
import { newId } from '../lib/ids.ts';
import { allRules, putRule } from './rule-store.ts';

/**
 * Adds the built-in rules that are missing, and gives those that nobody changed the numbers of this release. Where a release
 * made another kind of rule of one, what somebody made of it before goes on as a rule of their own.
 */
export async function seedBuiltInRules(database: Database, clock: Clock): Promise<void> {
  const known = new Map((await allRules(database.read)).map((row) => [row.id, row]));
  const due = builtInRules.filter((rule) => isDue(rule, known.get(rule.id)));
  if (due.length === 0) return;
  await database.transaction(async (tx) => {
    const sinceSeq = await lastSeq(tx);
    for (const rule of due) {
      const before = known.get(rule.id);
      if (before?.enabled === 1 && before.changed_at !== null) {
        await putRule(tx, { ...before, id: newId('rul'), built_in: 0, created_by: before.changed_by });
      }
      await putRule(tx, {
        id: rule.id,
        ...stored(rule),
        built_in: 1,
        since_seq: before?.since_seq ?? sinceSeq,
        created_at: before?.created_at ?? clock.now(),
        created_by: null,
        changed_at: null,
        changed_by: null,
      });
    }
  });
}

function isDue(rule: BuiltInRule, row: AlarmRuleRow | undefined): boolean {
  if (!row) return true;
  if (row.changed_at !== null) return kindOf(row) !== rule.condition.kind;
  return Object.entries(stored(rule)).some(([column, value]) => row[column as keyof AlarmRuleRow] !== value);
}

function kindOf({ condition }: AlarmRuleRow): unknown {
  return (JSON.parse(condition) as { kind?: unknown }).kind;
}

function stored(rule: BuiltInRule) {
  return {
    name: rule.name,
    severity: rule.severity,
    enabled: rule.enabled ? 1 : 0,
    channels: JSON.stringify(rule.channels),
    condition: JSON.stringify(rule.condition),
  };
}
