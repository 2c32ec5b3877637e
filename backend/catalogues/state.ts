import { dropReasonNames, type DropReason } from '../../contract/appliance.ts';

/** What is counted of local exporters. Counters start at zero with the process. */
export interface SourceState {
  /** Whether each answered when it was asked last, by the catalogue's id; absent: never asked. */
  readonly up: Map<string, boolean>;
  readonly dropped: Map<string, Record<DropReason, number>>;
}

export function newSourceState(ids: readonly string[]): SourceState {
  const zeros = () => Object.fromEntries(dropReasonNames.map((reason) => [reason, 0])) as Record<DropReason, number>;
  return { up: new Map(), dropped: new Map(ids.map((id) => [id, zeros()])) };
}
