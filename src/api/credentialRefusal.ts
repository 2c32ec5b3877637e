import type { ApiFailure } from './failure.ts';

let refusal: ApiFailure | undefined;
const listeners = new Set<() => void>();

/**
 * The backend's refusal of Grafana's service credential, where that was its last word on it. The credential is the same for
 * every page, so nothing asks again by itself: each attempt would count towards the limit that then hides the cause.
 */
export const credentialRefusal = (): ApiFailure | undefined => refusal;

/** Calls back when that changes. @returns what ends it */
export function subscribeToRefusal(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Takes note of how a call to the backend ended: accepted, refused, or (where nobody answered) neither. */
export function noteOutcome(failure: ApiFailure | undefined): void {
  if (failure?.isCredentialRefused) change(failure);
  else if (!failure || (failure.kind === 'rejected' && !failure.isOutage)) change(undefined);
}

/** For new settings: what was said of the old ones says nothing any more. */
export function forgetRefusal(): void {
  change(undefined);
}

function change(to: ApiFailure | undefined): void {
  if (to === refusal) return;
  refusal = to;
  listeners.forEach((listener) => listener());
}
