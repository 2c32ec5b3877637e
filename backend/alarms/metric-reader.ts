import type { RuleMetric } from '../../contract/alarms.ts';

/** What alarms need of the appliance's numbers. */
export interface MetricReader {
  /** A number by its family's key and labels; undefined where nothing counts it here. */
  read(key: RuleMetric, labels: Readonly<Record<string, string>>): number | undefined;
  /** Brings up to date what is counted in the database. Before every reading. */
  refresh(): Promise<void>;
}
