import { t } from '@grafana/i18n';
import type { Condition, MetricCondition, TokenNotice } from '../../contract/api.ts';
import { applianceFamilies } from '../../contract/appliance.ts';
import type { PlatformFamily } from '../../contract/catalogue-model.ts';
import { asText } from '../lib/asText.ts';
import { durationText } from '../ui/durations.ts';

/** A family by its key; none where a rule of another release names one that is not known here. */
export function familyOf(metric: string): PlatformFamily | undefined {
  return (applianceFamilies as Readonly<Partial<Record<string, PlatformFamily>>>)[metric];
}

/** Whether this release knows what the rule watches. */
export function isKnown(condition: Condition): boolean {
  switch (condition.kind) {
    case 'metric':
      return familyOf(condition.metric) !== undefined;
    case 'audit':
    case 'token_expiry':
    case 'token_notice':
      return true;
    default:
      return false;
  }
}

/** What a rule watches, in words. */
export function conditionLabel(condition: Condition): string {
  if (!isKnown(condition)) {
    return t('rules.condition.unknown', 'Of another release: {{condition}}', {
      condition: JSON.stringify(condition),
      ...asText,
    });
  }
  switch (condition.kind) {
    case 'metric':
      return metricLabel(condition);
    case 'audit': {
      const { event, atLeast, windowSeconds } = condition;
      if (atLeast === 1) return t('rules.condition.event', 'Each {{event}} in the audit log', { event });
      const values = { event, atLeast, window: durationText(windowSeconds) };
      return t('rules.condition.events', 'At least {{atLeast}} × {{event}} in the audit log within {{window}}', values);
    }
    case 'token_expiry':
      return t('rules.condition.expiry', 'A scrape token in use expires within {{time}}', {
        time: durationText(condition.withinSeconds),
      });
    case 'token_notice':
      return noticeLabel(condition.event);
  }
}

function noticeLabel(event: TokenNotice): string {
  switch (event) {
    case 'token.created':
      return t('rules.condition.created', 'Notifies when a scrape token is created; raises no alarm');
    case 'token.revoked':
      return t('rules.condition.revoked', 'Notifies when a scrape token is revoked; raises no alarm');
    case 'token.rotated':
      return t('rules.condition.rotated', 'Notifies when a scrape token is rotated; raises no alarm');
    case 'token.expiring':
      return t(
        'rules.condition.expiring',
        'Notifies before a scrape token without a successor expires; raises no alarm',
      );
  }
}

function metricLabel({ metric, labels, compare, threshold, windowSeconds, forSeconds }: MetricCondition): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const series = `${familyOf(metric)?.name ?? metric}${pairs.length > 0 ? `{${pairs.join(', ')}}` : ''}`;
  const values = { series, compare, threshold, window: durationText(windowSeconds ?? 0), ...asText };
  const what =
    windowSeconds === undefined
      ? t('rules.condition.gauge', '{{series}} {{compare}} {{threshold}}', values)
      : t('rules.condition.counter', 'Increase of {{series}} within {{window}} {{compare}} {{threshold}}', values);
  if (forSeconds === 0) return what;
  return t('rules.condition.held', '{{what}}, for {{time}}', { what, time: durationText(forSeconds), ...asText });
}
