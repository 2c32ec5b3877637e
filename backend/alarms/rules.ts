import { isDeepStrictEqual } from 'node:util';
import type { AlarmRule, AlarmRuleBody, AlarmRuleList, Condition } from '../../contract/alarms.ts';
import type { Constants } from '../../contract/catalogue-model.ts';
import type { Channel } from '../../contract/metrics.ts';
import type { Actor, AuditLog, AuditRecord } from '../audit/log.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database, Tx } from '../database/database.ts';
import type { AlarmRuleRow } from '../database/schema.ts';
import { invalidField, nameField } from '../http/fields.ts';
import { newId } from '../lib/ids.ts';
import { Refusal } from '../http/refusal.ts';
import { checkCondition } from './condition.ts';
import { lastSeq } from './queries.ts';
import * as store from './rule-store.ts';

/** The rules that raise alarms: operational settings, kept in the database and effective from the next tick on. */
export interface AlarmRules {
  list(): Promise<AlarmRuleList>;
  /** @throws Refusal `invalid_request`, `too_many_alarm_rules` */
  create(body: AlarmRuleBody, actor: Actor): Promise<AlarmRule>;
  /** Of a built-in rule the name and what it watches stay. @throws Refusal `alarm_rule_not_found`, `invalid_request` */
  change(id: string, body: AlarmRuleBody, actor: Actor): Promise<AlarmRule>;
  /** @throws Refusal `alarm_rule_not_found`, `alarm_rule_built_in` */
  delete(id: string, actor: Actor): Promise<void>;
}

export interface AlarmRulesOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly constants: Constants;
}

/** So many rules are looked at in one tick, at most. */
const MAX_RULES = 200;

export function createAlarmRules({ database, audit, clock, constants }: AlarmRulesOptions): AlarmRules {
  function values(body: AlarmRuleBody): Pick<AlarmRuleRow, 'name' | 'severity' | 'enabled' | 'channels' | 'condition'> {
    checkCondition(body.condition, constants);
    return {
      name: nameField(body.name),
      severity: body.severity,
      enabled: body.enabled ? 1 : 0,
      channels: JSON.stringify(body.channels),
      condition: JSON.stringify(body.condition),
    };
  }

  async function find(tx: Tx, id: string): Promise<AlarmRuleRow> {
    const row = await store.findRule(tx, id);
    if (!row) throw new Refusal('alarm_rule_not_found');
    return row;
  }

  const record = (tx: Tx, event: AuditRecord['event'], actor: Actor, id: string, details: Record<string, unknown>) =>
    audit.record(tx, { event, actor, target: id, details });

  return {
    list: async () => ({ items: (await store.allRules(database.read)).map(present) }),

    async create(body, actor) {
      if (body.condition.kind === 'token_notice') {
        throw invalidField(
          'condition.kind',
          'The built-in rules do this. Watch the audit event for an alarm of your own.',
        );
      }
      const row: AlarmRuleRow = {
        ...values(body),
        id: newId('rul'),
        built_in: 0,
        since_seq: 0,
        created_at: clock.now(),
        created_by: actor.name ?? 'unknown',
        changed_at: null,
        changed_by: null,
      };
      await database.transaction(async (tx) => {
        if ((await store.countRules(tx)) >= MAX_RULES) throw new Refusal('too_many_alarm_rules');
        row.since_seq = await lastSeq(tx);
        await store.putRule(tx, row);
        await record(tx, 'alarm_rule.created', actor, row.id, details(row));
      });
      return present(row);
    },

    change: (id, body, actor) =>
      database.transaction(async (tx) => {
        const before = await find(tx, id);
        if (before.built_in === 1) checkBuiltIn(before, body);
        const changed = values(body);
        if (isDeepStrictEqual({ ...before, ...changed }, before)) return present(before);
        const wasOff = before.enabled === 0;
        const row: AlarmRuleRow = {
          ...before,
          ...changed,
          since_seq: wasOff ? await lastSeq(tx) : before.since_seq,
          changed_at: clock.now(),
          changed_by: actor.name ?? 'unknown',
        };
        await store.putRule(tx, row);
        await record(tx, 'alarm_rule.changed', actor, id, { ...details(row), before: details(before) });
        return present(row);
      }),

    delete: (id, actor) =>
      database.transaction(async (tx) => {
        const row = await find(tx, id);
        if (row.built_in === 1) throw new Refusal('alarm_rule_built_in');
        await store.deleteRule(tx, id);
        await record(tx, 'alarm_rule.deleted', actor, id, details(row));
      }),
  };
}

/** Numbers of a condition, which a user may change in a built-in rule. The rest is what the rule is. */
const NUMBERS = ['threshold', 'windowSeconds', 'forSeconds', 'atLeast', 'withinSeconds'];

function checkBuiltIn(row: AlarmRuleRow, body: AlarmRuleBody): void {
  if (body.name.trim() !== row.name) throw invalidField('name', 'The name of a built-in rule stays.');
  const fixed = (condition: Condition) =>
    Object.fromEntries(Object.entries(condition).filter(([field]) => !NUMBERS.includes(field)));
  if (!isDeepStrictEqual(fixed(body.condition), fixed(JSON.parse(row.condition) as Condition))) {
    throw invalidField('condition', 'Of a built-in rule only the numbers can be changed, not what it watches.');
  }
}

/** What the audit log keeps of a rule. */
function details(row: AlarmRuleRow): Record<string, unknown> {
  const { name, severity, enabled, channels, condition } = present(row);
  return { name, severity, enabled, channels, condition };
}

function present(row: AlarmRuleRow): AlarmRule {
  return {
    id: row.id,
    name: row.name,
    severity: row.severity,
    enabled: row.enabled === 1,
    channels: JSON.parse(row.channels) as Channel[],
    condition: JSON.parse(row.condition) as Condition,
    builtIn: row.built_in === 1,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    changedAt: iso(row.changed_at),
    changedBy: row.changed_by,
  };
}
