import type { Kysely } from 'kysely';
import type { AuditCondition, Comparison, Condition, MetricCondition, RulePreview } from '../../contract/alarms.ts';
import type { Constants } from '../../contract/catalogue-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Schema } from '../database/schema.ts';
import { checkCondition, compares, describe, watchedSeries } from './condition.ts';
import { enoughEvents, expiringSoon, gauge } from './evaluate.ts';
import type { MetricReader } from './metric-reader.ts';
import { latestEvents } from './queries.ts';
import type { Verdict } from './plan.ts';
import { parseSubject, subjectText, summarise } from './subject.ts';

/** What a rule with this condition would find now, in its own words. @throws Refusal `invalid_request` */
export type PreviewRule = (condition: Condition) => Promise<RulePreview>;

export interface PreviewOptions {
  readonly db: Kysely<Schema>;
  readonly metrics: MetricReader;
  readonly constants: Constants;
  readonly clock: Clock;
}

/** Events that are shown one by one, at most; a rule's own ticks take as many. */
const EVENTS_SHOWN = 100;

export function createPreview({ db, metrics, constants, clock }: PreviewOptions): PreviewRule {
  const startedAt = clock.monotonic();

  function find(condition: Condition): Verdict | Promise<Verdict> {
    switch (condition.kind) {
      case 'metric':
        return condition.windowSeconds === undefined
          ? lasting(condition, gauge(condition, metrics, constants))
          : lasting(condition, increased(condition, condition.windowSeconds * 1000));
      case 'audit':
        return happened(condition);
      case 'token_expiry':
        return expiringSoon(condition, db, clock.now());
      case 'token_notice':
        return { holds: [], certain: true };
    }
  }

  /** That it holds now does not tell for how long it did. */
  function lasting({ forSeconds }: MetricCondition, { holds, certain }: Verdict): Verdict {
    return { holds, certain: certain && (forSeconds === 0 || holds.length === 0) };
  }

  /** Nobody has watched the window for this rule; but counters start at zero with the process. */
  function increased(condition: MetricCondition, windowMs: number): Verdict {
    const { metric, compare, threshold } = condition;
    const isYounger = clock.monotonic() - startedAt < windowMs;
    const holds: string[] = [];
    let certain = true;
    for (const labels of watchedSeries(condition, constants)) {
      const value = metrics.read(metric, labels);
      if (value === undefined) continue;
      const answer = (isYounger ? withinPart : withinWhole)(value, compare, threshold);
      if (answer === undefined) certain = false;
      if (answer) holds.push(subjectText({ kind: 'metric', labels }));
    }
    return { holds, certain };
  }

  async function happened(condition: AuditCondition): Promise<Verdict> {
    const { event, atLeast, windowSeconds } = condition;
    const now = clock.now();
    if (atLeast > 1) return enoughEvents(condition, db, 0, now);
    const rows = await latestEvents(db, event, 0, EVENTS_SHOWN);
    const lately = rows.filter(({ at }) => at > now - windowSeconds * 1000 && at <= now);
    return { holds: lately.map(({ seq }) => subjectText({ kind: 'audit_event', event, seq })), certain: true };
  }

  return async (condition) => {
    checkCondition(condition, constants);
    await metrics.refresh();
    const { holds, certain } = await find(condition);
    const words = describe(condition);
    return {
      wouldFire: holds.map((text) => ({ subject: parseSubject(text), summary: summarise(words, text) })),
      certain,
    };
  };
}

/** The process is younger than the window: the counter rose by its value, and before that by nobody knows what. */
function withinPart(value: number, compare: Comparison, threshold: number): boolean | undefined {
  return (compare === '>' || compare === '>=') && compares(value, compare, threshold) ? true : undefined;
}

/** The process is older: within the window the counter rose by its value at most, and by nothing at least. */
function withinWhole(value: number, compare: Comparison, threshold: number): boolean | undefined {
  if (value === 0) return compares(0, compare, threshold);
  const isBeyond = threshold < 0 || threshold > value;
  if (compare === '==' || compare === '!=') return isBeyond ? compare === '!=' : undefined;
  const [least, most] = [compares(0, compare, threshold), compares(value, compare, threshold)];
  return least === most ? least : undefined;
}
