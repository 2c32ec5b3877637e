import { pushFailureReasonNames, type PushFailureReason } from '../../contract/appliance.ts';

/** What is counted of the push. Counters start at zero with the process. */
export interface PushState {
  /** Milliseconds since the Unix epoch. */
  lastSuccessAt: number | undefined;
  lastFailure: { readonly reason: PushFailureReason; readonly message: string; readonly at: number } | undefined;
  /** What the last push came to, and with which settings; absent before the first. */
  outcome: { readonly version: string; readonly isOk: boolean } | undefined;
  readonly failures: Record<PushFailureReason, number>;
}

export function newPushState(): PushState {
  const failures = Object.fromEntries(pushFailureReasonNames.map((reason) => [reason, 0]));
  return {
    lastSuccessAt: undefined,
    lastFailure: undefined,
    outcome: undefined,
    failures: failures as PushState['failures'],
  };
}
