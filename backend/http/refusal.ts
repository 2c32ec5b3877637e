import type { Problem } from '../../contract/api.ts';
import { refusals, type RefusalCode } from '../../contract/refusals.ts';
import { InvalidCursorError } from '../lib/pagination.ts';

interface RefusalOptions extends ErrorOptions {
  /** When to come back, in seconds. */
  readonly retryAfterSeconds?: number;
}

/** Thrown where the caller may know what is wrong; it becomes a problem document. Anything else thrown is a 500. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: RefusalCode;
  readonly detail: string | undefined;
  readonly errors: Problem['errors'];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: RefusalCode, detail?: string, errors?: Problem['errors'], options?: RefusalOptions) {
    super(detail ?? refusals[code].title, options);
    this.code = code;
    this.detail = detail;
    this.errors = errors;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }

  get status(): number {
    return refusals[this.code].status;
  }

  /** RFC 9457, with `code` as the stable name of the problem. */
  toProblem(requestId?: string): Problem {
    return {
      type: 'about:blank',
      title: refusals[this.code].title,
      status: this.status,
      code: this.code,
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.errors !== undefined && { errors: this.errors }),
      ...(requestId !== undefined && { requestId }),
    };
  }
}

/** The refusal that an error is, or stands for; undefined where the caller may not know what is wrong. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  return error instanceof InvalidCursorError ? new Refusal('invalid_cursor') : undefined;
}

/** Runs work for a caller, where there is a place for it. */
export type LimitInFlight = <Result>(caller: string, work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets so much work run at a time, and half of that for one caller, who then cannot shut out the others. One more is
 * refused: its caller comes back.
 */
export function limitInFlight(most: number, detail?: string): LimitInFlight {
  const mostOfOne = Math.ceil(most / 2);
  const inFlight = new Map<string, number>();
  let inAll = 0;
  return async (caller, work) => {
    const own = inFlight.get(caller) ?? 0;
    if (inAll >= most) throw new Refusal('unavailable', detail);
    if (own >= mostOfOne) throw new Refusal('unavailable', 'Too many requests of this credential at once.');
    inAll += 1;
    inFlight.set(caller, own + 1);
    try {
      return await work();
    } finally {
      inAll -= 1;
      const left = (inFlight.get(caller) ?? 1) - 1;
      if (left === 0) inFlight.delete(caller);
      else inFlight.set(caller, left);
    }
  };
}
