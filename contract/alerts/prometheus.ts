/** Alert rules as a rule file of Prometheus. */
import { fill, runbookUrl, type AlertGroup, type AlertSpec } from './spec.ts';

export interface PrometheusRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PrometheusRules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly PrometheusRule[] }[];
}

/** @param runbook where the document is that has a section for each alert */
export function prometheusRules(groups: readonly AlertGroup[], runbook?: string): PrometheusRules {
  return {
    groups: groups.map(({ name, alerts }) => ({ name, rules: alerts.map((alert) => rule(alert, runbook)) })),
  };
}

export function alertExpression({ value, is, limit }: AlertSpec): string {
  return `${value} ${is} ${limit}`;
}

function rule(alert: AlertSpec, runbook: string | undefined): PrometheusRule {
  return {
    alert: alert.name,
    expr: alertExpression(alert),
    for: alert.for,
    labels: { severity: alert.severity },
    annotations: {
      summary: fill(alert.summary, template),
      description: fill(alert.description, template),
      ...runbookUrl(runbook, alert),
    },
  };
}

function template(name: string): string {
  if (name === 'value') return '{{ $value | humanize }}';
  if (name === 'duration') return '{{ $value | humanizeDuration }}';
  return `{{ $labels.${name} }}`;
}
