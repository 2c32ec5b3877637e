import type { Problem } from '../../contract/api.ts';
import type { RefusalCode } from '../../contract/refusals.ts';

/**
 * Who said no, and how: `rejected` is the backend's own problem document, everything else happened on the way to it.
 * - `denied`: Grafana wants a higher role for this route
 * - `signed_out`: Grafana does not know the session any more
 * - `disabled`: the plugin is not enabled in this organisation any more, or was removed
 * - `unreachable`: Grafana reaches nobody at the configured address
 * - `timed_out`: no answer came within the limit
 * - `redirected`: what answers there sends the browser somewhere else
 * - `not_vitals`: somebody answers there, but not a Vitals backend
 * - `other_version`: a Vitals backend whose API is of another version
 * - `proxy_failed`: Grafana itself could not forward the request
 * - `grafana_unreachable`: Grafana did not answer the browser
 * - `cancelled`: Grafana's page ended the request
 */
export type FailureKind =
  | 'rejected'
  | 'denied'
  | 'signed_out'
  | 'disabled'
  | 'unreachable'
  | 'timed_out'
  | 'redirected'
  | 'not_vitals'
  | 'other_version'
  | 'proxy_failed'
  | 'grafana_unreachable'
  | 'cancelled';

/** Nothing came back that the backend has said. */
const withoutAnswer: readonly FailureKind[] = [
  'unreachable',
  'timed_out',
  'redirected',
  'proxy_failed',
  'grafana_unreachable',
  'cancelled',
];

interface Circumstances {
  /** True where the call was to change something. */
  readonly isChange?: boolean | undefined;
  /** Where an earlier answer stays on the page: when that came, in ms. */
  readonly asOf?: number | undefined;
}

/** Every way a call can fail, as one error. Nothing of the request is kept in it. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly kind: FailureKind;
  readonly status: number;
  readonly problem: Problem | undefined;
  readonly circumstances: Circumstances;

  constructor(kind: FailureKind, status: number, problem?: Problem, circumstances: Circumstances = {}) {
    super(problem?.title ?? `${kind} (${status})`);
    this.kind = kind;
    this.status = status;
    this.problem = problem;
    this.circumstances = circumstances;
  }

  /** The same failure, of which more is known. */
  under(more: Circumstances): ApiFailure {
    return new ApiFailure(this.kind, this.status, this.problem, { ...this.circumstances, ...more });
  }

  get code(): RefusalCode | undefined {
    return this.problem?.code;
  }

  /** True where nobody knows whether a change was made: the answer to it never came. */
  get isLost(): boolean {
    return this.circumstances.isChange === true && withoutAnswer.includes(this.kind);
  }

  /** Nobody could answer: what was seen before may still be shown. After a refusal it may not. */
  get isOutage(): boolean {
    const isMute = withoutAnswer.includes(this.kind) && this.kind !== 'proxy_failed';
    return isMute || this.code === 'unavailable' || this.code === 'internal_error';
  }

  /**
   * The backend will have nothing of the credential with which Grafana speaks to it. Only attempts that were refused are
   * counted, and a valid credential passes at once: so too many of them are such a refusal as well.
   */
  get isCredentialRefused(): boolean {
    const { code } = this;
    return code === 'unauthorized' || code === 'wrong_credential_role' || code === 'too_many_attempts';
  }
}

/** As an ApiFailure, what a call of the pages' own threw. */
export const toFailure = (error: unknown): ApiFailure =>
  error instanceof ApiFailure ? error : new ApiFailure('cancelled', 0);
