import { t } from '@grafana/i18n';
import type { AlarmRule, AlarmRuleBody, Condition, TokenNotice } from '../../contract/api.ts';
import type { Channel, Severity } from '../../contract/appliance.ts';
import type { AuditEventName } from '../../contract/audit-events.ts';
import { ruleLimits, type Comparison, type RuleLimit, type RuleMetric } from '../../contract/rules.ts';
import { nameError } from '../ui/nameError.ts';
import { familyOf } from './conditionLabels.ts';
import { durationOf, durationText, readNumber, secondsOf, type Duration } from '../ui/durations.ts';

/** A rule as it stands in the editor: what is typed, whether or not it makes sense, of all kinds at once. */
export interface RuleDraft {
  readonly name: string;
  readonly severity: Severity;
  readonly enabled: boolean;
  readonly channels: readonly Channel[];
  readonly kind: Condition['kind'];
  readonly metric: RuleMetric;
  readonly labels: Readonly<Record<string, string>>;
  readonly compare: Comparison;
  readonly threshold: string;
  readonly window: Duration;
  readonly hold: Duration;
  readonly event: AuditEventName;
  readonly atLeast: string;
  readonly eventWindow: Duration;
  readonly within: Duration;
  /** Of built-in rules alone. */
  readonly notice: TokenNotice;
}

export type RuleErrors = Partial<Record<keyof RuleDraft, string>>;

const MINUTE = 60;
const DAY = 24 * 3600;

const blank: RuleDraft = {
  name: '',
  severity: 'warning',
  enabled: true,
  channels: ['bell'],
  kind: 'metric',
  metric: 'notificationQueueDepth',
  labels: {},
  compare: '>',
  threshold: '',
  window: durationOf(5 * MINUTE),
  hold: durationOf(0),
  event: 'scrape.refused',
  atLeast: '1',
  eventWindow: durationOf(DAY),
  within: durationOf(14 * DAY),
  notice: 'token.created',
};

/** A rule as a draft; a new one where there is none. */
export function draftOf(rule: AlarmRule | undefined): RuleDraft {
  if (!rule) return blank;
  const { name, severity, enabled, channels, condition } = rule;
  return { ...blank, name, severity, enabled, channels, ...fieldsOf(condition) };
}

function fieldsOf(condition: Condition): Partial<RuleDraft> {
  switch (condition.kind) {
    case 'metric': {
      const { kind, metric, labels, compare, threshold, windowSeconds, forSeconds } = condition;
      const window = windowSeconds === undefined ? blank.window : durationOf(windowSeconds);
      return { kind, metric, labels, compare, threshold: String(threshold), window, hold: durationOf(forSeconds) };
    }
    case 'audit': {
      const { kind, event, atLeast, windowSeconds } = condition;
      return { kind, event, atLeast: String(atLeast), eventWindow: durationOf(windowSeconds) };
    }
    case 'token_expiry':
      return { kind: condition.kind, within: durationOf(condition.withinSeconds) };
    case 'token_notice':
      return { kind: condition.kind, notice: condition.event };
  }
}

/** The draft as the backend takes it. Only what has no errors may be sent. */
export function bodyOf(draft: RuleDraft): AlarmRuleBody {
  const { name, severity, enabled, channels } = draft;
  return { name: name.trim(), severity, enabled, channels: [...channels], condition: conditionOf(draft) };
}

export function conditionOf(draft: RuleDraft): Condition {
  switch (draft.kind) {
    case 'metric': {
      const { kind, metric, labels, compare, threshold, window, hold } = draft;
      const numbers = { compare, threshold: readNumber(threshold), forSeconds: secondsOf(hold) };
      return { kind, metric, labels, ...(isCounter(metric) && { windowSeconds: secondsOf(window) }), ...numbers };
    }
    case 'audit': {
      const { kind, event, atLeast, eventWindow } = draft;
      return { kind, event, atLeast: readNumber(atLeast), windowSeconds: secondsOf(eventWindow) };
    }
    case 'token_expiry':
      return { kind: draft.kind, withinSeconds: secondsOf(draft.within) };
    case 'token_notice':
      return { kind: draft.kind, event: draft.notice };
  }
}

export const isCounter = (metric: RuleMetric) => familyOf(metric)?.type === 'counter';

/** What is wrong with the draft, field by field, by the backend's own limits. */
export function ruleErrors(draft: RuleDraft): RuleErrors {
  return withoutNone({ name: nameError(draft.name), ...conditionErrors(draft) });
}

export function conditionErrors(draft: RuleDraft): RuleErrors {
  switch (draft.kind) {
    case 'metric':
      return withoutNone({
        threshold: Number.isFinite(readNumber(draft.threshold)) ? undefined : t('rules.error.number', 'Give a number.'),
        window: isCounter(draft.metric) ? timeError(draft.window, ruleLimits.metricWindow) : undefined,
        hold: timeError(draft.hold, ruleLimits.metricFor),
      });
    case 'audit':
      return withoutNone({
        atLeast: countError(draft.atLeast, ruleLimits.atLeast),
        eventWindow: timeError(draft.eventWindow, ruleLimits.auditWindow),
      });
    case 'token_expiry':
      return withoutNone({ within: timeError(draft.within, ruleLimits.expiryWithin) });
    case 'token_notice':
      return {};
  }
}

function timeError(duration: Duration, { min, max }: RuleLimit): string | undefined {
  const seconds = secondsOf(duration);
  if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return undefined;
  const values = { min: durationText(min), max: durationText(max) };
  return t('rules.error.time', 'Give a time from {{min}} to {{max}}, in whole seconds.', values);
}

function countError(text: string, { min, max }: RuleLimit): string | undefined {
  const count = readNumber(text);
  if (Number.isInteger(count) && count >= min && count <= max) return undefined;
  return t('rules.error.count', 'Give a whole number from {{min}} to {{max}}.', { min, max });
}

function withoutNone(errors: RuleErrors): RuleErrors {
  return Object.fromEntries(Object.entries(errors).filter(([, error]) => error !== undefined));
}
