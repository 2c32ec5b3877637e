/** Alert rules as a rule file of Prometheus. */
import { fill, runbookUrl, type AlertGroup, type AlertSpec, type Runbook } from './spec.ts';

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

/** Prometheus does not know where Grafana is: whoever configures it may say so by this external label. */
const GRAFANA_LABEL = 'grafana_url';
/** Where Grafana is where nobody says otherwise, by its own default. */
const USUAL_GRAFANA = 'http://localhost:3000';
const configuredGrafana = `{{ with $externalLabels.${GRAFANA_LABEL} }}{{ reReplaceAll "/+$" "" . }}{{ else }}${USUAL_GRAFANA}{{ end }}`;

export interface PrometheusRulesOptions {
  readonly runbook?: Runbook | undefined;
  /** The URL of Grafana without a slash at its end. Absent: what the external label `grafana_url` says. */
  readonly grafana?: string | undefined;
}

export function prometheusRules(groups: readonly AlertGroup[], options: PrometheusRulesOptions = {}): PrometheusRules {
  return {
    groups: groups.map(({ name, alerts }) => ({ name, rules: alerts.map((alert) => rule(alert, options)) })),
  };
}

export function alertExpression({ value, is, limit }: AlertSpec): string {
  return `${value} ${is} ${limit}`;
}

function rule(alert: AlertSpec, { runbook, grafana = configuredGrafana }: PrometheusRulesOptions): PrometheusRule {
  return {
    alert: alert.name,
    expr: alertExpression(alert),
    for: alert.for,
    labels: { severity: alert.severity },
    annotations: {
      summary: fill(alert.summary, template),
      description: fill(alert.description, template),
      ...runbookUrl(runbook, alert, grafana),
    },
  };
}

function template(name: string): string {
  if (name === 'value') return '{{ $value | humanize }}';
  if (name === 'duration') return '{{ $value | humanizeDuration }}';
  return `{{ $labels.${name} }}`;
}
