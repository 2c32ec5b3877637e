/** A catalogue together with what is made of it: dashboards, alert rules and a reference. */
import type { AlertGroup } from '../alerts/spec.ts';
import type { Catalogue } from '../catalogue-model.ts';
import type { DashboardSpec } from '../dashboards/spec.ts';

export interface DescribedCatalogue {
  readonly catalogue: Catalogue;
  readonly title: string;
  readonly description: string;
  /** Labels that the scrape configuration puts on the target, beside `job` and `instance`. */
  readonly targetLabels: readonly string[];
  /** Values of the labels that are constants. */
  readonly constants: Readonly<Record<string, string>>;
  /** What its owner promises never to show, as sentences. */
  readonly neverExposed: readonly string[];
  readonly dashboards: readonly DashboardSpec[];
  readonly alerts: readonly AlertGroup[];
  /** Where the document is that has a section for each alert. */
  readonly runbook?: string | undefined;
}
