import type { Database } from '../database/database.ts';
import type { AlarmRuleRow } from '../database/schema.ts';
import type { Clock } from '../clock.ts';
import { builtInRules, type BuiltInRule } from './built-in.ts';
import { lastSeq } from './facts.ts';
import { allRules, putRule } from './rule-store.ts';

/** Adds the built-in rules that are missing, and gives those that nobody changed the numbers of this release. */
export async function seedBuiltInRules(database: Database, clock: Clock): Promise<void> {
  const known = new Map((await allRules(database.read)).map((row) => [row.id, row]));
  const due = builtInRules.filter((rule) => isDue(rule, known.get(rule.id)));
  if (due.length === 0) return;
  await database.transaction(async (tx) => {
    const sinceSeq = await lastSeq(tx);
    for (const rule of due) {
      const before = known.get(rule.id);
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
  if (row.changed_at !== null) return false;
  return Object.entries(stored(rule)).some(([column, value]) => row[column as keyof AlarmRuleRow] !== value);
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
