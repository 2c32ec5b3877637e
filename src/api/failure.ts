import { isFetchError } from '@grafana/runtime';
import type { Problem } from '../../contract/api.ts';
import { refusals, type RefusalCode } from '../../contract/refusals.ts';

/**
 * Who said no, and how: `refused` is the backend's own problem document, everything else happened on the way to it.
 * - `denied`: Grafana's plugin proxy wants a higher role for this route
 * - `signed_out`: Grafana does not know the session any more
 * - `unreachable`: nobody answers at the configured address, or not in time
 * - `not_vitals`: somebody answers there, but not a Vitals backend
 * - `proxy_failed`: Grafana itself could not forward the request
 */
export type FailureKind = 'refused' | 'denied' | 'signed_out' | 'unreachable' | 'not_vitals' | 'proxy_failed';

/** Every way a call can fail, as one error. Nothing of the request is kept in it. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly kind: FailureKind;
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(kind: FailureKind, status: number, problem?: Problem) {
    super(problem?.title ?? `${kind} (${status})`);
    this.kind = kind;
    this.status = status;
    this.problem = problem;
  }

  get code(): RefusalCode | undefined {
    return this.problem?.code;
  }

  /** True where nobody knows whether the backend did what it was asked: the answer never came. */
  get isLost(): boolean {
    return this.kind === 'unreachable' || this.kind === 'proxy_failed';
  }

  /** Nobody could answer: what was seen before may still be shown. After a refusal it may not. */
  get isOutage(): boolean {
    return this.kind === 'unreachable' || this.code === 'unavailable' || this.code === 'internal_error';
  }
}

/** Turns whatever a call threw into an ApiFailure. */
export function toFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  if (!isFetchError<unknown>(error)) return new ApiFailure('unreachable', 0);
  const { status, data } = error;
  if (isProblem(data)) return new ApiFailure('refused', status, data);
  return new ApiFailure(kindByStatus(status), status);
}

function kindByStatus(status: number): FailureKind {
  if (status === 401) return 'signed_out';
  if (status === 403) return 'denied';
  if (status <= 0 || status === 502 || status === 503 || status === 504) return 'unreachable';
  return status >= 500 ? 'proxy_failed' : 'not_vitals';
}

function isProblem(data: unknown): data is Problem {
  return typeof data === 'object' && data !== null && 'code' in data && String(data.code) in refusals;
}
