/** An alert rule as plain data, so that a file can describe one too. It is rendered for Prometheus and for Grafana. */
import type { Comparison } from '../alarms.ts';

export interface AlertSpec {
  /** CamelCase, beginning with its set's prefix. The runbook has a section of this name. */
  readonly name: string;
  readonly severity: 'critical' | 'warning';
  /** What is compared, in PromQL. */
  readonly value: string;
  readonly is: Comparison;
  readonly limit: number;
  /** How long it has to be so before the alert fires, as Prometheus writes durations. */
  readonly for: string;
  /** One line. `{label}` is a label of the series, `{value}` its value, `{duration}` its value as a time. */
  readonly summary: string;
  /** What it means and what to do first. The same placeholders. */
  readonly description: string;
  /** The dashboard and the title of the panel that shows it. */
  readonly panel?: { readonly dashboard: string; readonly title: string };
  /** The rule that also tells that Prometheus itself cannot be asked. */
  readonly tellsOfErrors?: true;
}

/** A group of rules that are evaluated together. */
export interface AlertGroup {
  readonly name: string;
  readonly prefix: string;
  readonly alerts: readonly AlertSpec[];
}

/** What Grafana allows the uid of a rule or a dashboard to be long. */
export const MAX_UID_LENGTH = 40;

/** `VitalsClickHouseDown` -> `vitals-click-house-down` */
export function alertUid(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}

/** How a text's placeholders are written in a template language. */
export function fill(text: string, placeholder: (name: string) => string): string {
  return text.replaceAll(/\{([a-zA-Z_]\w*)\}/g, (_whole, name: string) => placeholder(name));
}

/** Where the document is that has a section for each alert: at a URL, or inside Grafana, by its path there. */
export type Runbook = { readonly url: string } | { readonly path: string };

/**
 * The annotation that leads to the alert's section, where there is a runbook.
 * @param grafana the URL of Grafana without a slash at its end, or a template that gives it
 */
export function runbookUrl(
  runbook: Runbook | undefined,
  { name }: AlertSpec,
  grafana: string,
): { runbook_url?: string } {
  if (!runbook) return {};
  const document = 'url' in runbook ? runbook.url : `${grafana}${runbook.path}`;
  return { runbook_url: `${document}#${name.toLowerCase()}` };
}
