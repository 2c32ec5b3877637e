import type { AuditCondition, Condition, MetricCondition, TokenExpiryCondition } from '../../contract/alarms.ts';
import type { Constants } from '../../contract/catalogue-model.ts';
import type { Kysely } from 'kysely';
import type { Clock } from '../lib/clock.ts';
import type { AlarmRuleRow, Schema } from '../database/schema.ts';
import { compares, watchedSeries } from './condition.ts';
import { expiringTokens, latestEvents } from './queries.ts';
import type { Increases } from './increases.ts';
import type { MetricReader } from './metric-reader.ts';
import type { Verdict } from './plan.ts';
import { subjectText } from './subject.ts';

/** A rule as stored, with its condition read; undefined where that is not readable. */
export interface ReadRule {
  readonly row: AlarmRuleRow;
  readonly condition: Condition | undefined;
}

export function readRule(row: AlarmRuleRow): ReadRule {
  try {
    return { row, condition: JSON.parse(row.condition) as Condition };
  } catch {
    return { row, condition: undefined };
  }
}

export interface EvaluationContext {
  readonly db: Kysely<Schema>;
  readonly clock: Clock;
  readonly metrics: MetricReader;
  readonly constants: Constants;
  readonly increases: Increases;
}

/** A token is in use if it scraped within this time, in milliseconds. */
const IN_USE_MS = 7 * 24 * 3600 * 1000;
const MAX_TOKENS = 1000;

/** What a rule finds now; undefined for a kind that this release does not know. Rejects where it cannot be told. */
export async function evaluate(rule: ReadRule, context: EvaluationContext): Promise<Verdict | undefined> {
  const { condition } = rule;
  switch (condition?.kind) {
    case 'metric':
      return condition.windowSeconds === undefined
        ? gauge(condition, context.metrics, context.constants)
        : increase(rule.row.id, condition, condition.windowSeconds * 1000, context);
    case 'audit':
      return auditEvents(rule, condition, context);
    case 'token_expiry':
      return expiringSoon(condition, context.db, context.clock.now());
    case 'token_notice':
      return { holds: [], certain: true }; // told where it happens
    case undefined:
      throw new Error('the condition of the rule is not readable');
  }
}

/** The series for which a gauge compares as its rule says. */
export function gauge(condition: MetricCondition, metrics: MetricReader, constants: Constants): Verdict {
  const { metric, compare, threshold } = condition;
  const series = watchedSeries(condition, constants).filter((labels) => {
    const value = metrics.read(metric, labels);
    return value !== undefined && compares(value, compare, threshold);
  });
  return { holds: series.map((labels) => subjectText({ kind: 'metric', labels })), certain: true };
}

/** An increase within part of the window proves one within all of it; that there was none needs the whole. */
function increase(
  ruleId: string,
  condition: MetricCondition,
  windowMs: number,
  { metrics, constants, increases }: EvaluationContext,
): Verdict {
  const { metric, compare, threshold } = condition;
  const needsAll = compare !== '>' && compare !== '>=';
  const holds: string[] = [];
  let certain = true;
  for (const labels of watchedSeries(condition, constants)) {
    const value = metrics.read(metric, labels);
    if (value === undefined) continue;
    const subject = subjectText({ kind: 'metric', labels });
    const { by, complete } = increases.observe(`${ruleId} ${metric} ${subject}`, value, windowMs);
    if (!complete) certain = false;
    if (compares(by, compare, threshold) && (complete || !needsAll)) holds.push(subject);
  }
  return { holds, certain };
}

async function auditEvents({ row }: ReadRule, condition: AuditCondition, context: EvaluationContext): Promise<Verdict> {
  if (condition.atLeast === 1) return { holds: [], certain: true };
  return enoughEvents(condition, context.db, row.since_seq, context.clock.now());
}

/**
 * Counts events behind a row; one that stands for several refused scrapes counts as so many. What lies in the future, because
 * the clock was set back, is not counted until then.
 */
export async function enoughEvents(
  { event, atLeast, windowSeconds }: AuditCondition,
  db: Kysely<Schema>,
  sinceSeq: number,
  now: number,
): Promise<Verdict> {
  const from = now - windowSeconds * 1000;
  const rows = await latestEvents(db, event, sinceSeq, atLeast);
  const counted = rows.filter(({ at }) => at > from && at <= now).reduce((sum, { body }) => sum + weight(body), 0);
  return { holds: counted >= atLeast ? [subjectText({ kind: 'audit_events', event })] : [], certain: true };
}

function weight(body: string): number {
  const { details } = JSON.parse(body) as { details?: { count?: unknown } };
  return typeof details?.count === 'number' && details.count > 1 ? details.count : 1;
}

/** Scrape tokens in use that expire within the rule's time. */
export async function expiringSoon(condition: TokenExpiryCondition, db: Kysely<Schema>, now: number): Promise<Verdict> {
  const tokens = await expiringTokens(db, {
    after: now,
    until: now + condition.withinSeconds * 1000,
    usedSince: now - IN_USE_MS,
    limit: MAX_TOKENS,
  });
  return { holds: tokens.map((tokenId) => subjectText({ kind: 'token', tokenId })), certain: true };
}
