import { dropReasonNames, type DropReason } from '../../contract/appliance.ts';

/** What is counted of local exporters. Counters start at zero with the process. */
export interface ExporterState {
  /** Whether each answered its last scrape, by the catalogue's id; absent: not scraped yet. */
  readonly up: Map<string, boolean>;
  readonly dropped: Map<string, Record<DropReason, number>>;
}

export function newExporterState(ids: readonly string[]): ExporterState {
  const zeros = () => Object.fromEntries(dropReasonNames.map((reason) => [reason, 0])) as Record<DropReason, number>;
  return { up: new Map(), dropped: new Map(ids.map((id) => [id, zeros()])) };
}
