import type { ApiFailure } from './failure.ts';

let refusal: ApiFailure | undefined;

/**
 * The backend's refusal of Grafana's service credential, where that was its last word on it. The credential is the same for
 * every page, so nothing asks again by itself: each attempt would count towards the limit that then hides the cause.
 */
export const credentialRefusal = (): ApiFailure | undefined => refusal;

/** Takes note of how a call to the backend ended: accepted, refused, or (where nobody answered) neither. */
export function noteOutcome(failure: ApiFailure | undefined): void {
  if (failure?.isCredentialRefused) refusal = failure;
  else if (!failure || (failure.kind === 'refused' && !failure.isOutage)) refusal = undefined;
}

/** For new settings: what was said of the old ones says nothing any more. */
export function forgetRefusal(): void {
  refusal = undefined;
}
