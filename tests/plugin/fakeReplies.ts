import { refusals, type RefusalCode } from '../../contract/refusals.ts';

/** A request to the fake backend: /api/resource/id/action. */
export interface Call {
  readonly method: string;
  readonly resource: string;
  readonly id: string | undefined;
  readonly action: string | undefined;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
}

export interface Answer {
  readonly status: number;
  readonly answer: unknown;
  /** The media type of an answer that is no JSON. */
  readonly text?: string;
}

export const ok = (answer: unknown, status = 200): Answer => ({ status, answer });

export function problem(code: RefusalCode): Answer {
  return { status: refusals[code].status, answer: { type: 'about:blank', code, ...refusals[code] } };
}

/** A page of a listing; the cursor is the place at which it goes on. */
export function paged<T>(items: readonly T[], query: URLSearchParams): { items: T[]; nextCursor: string | null } {
  const from = Number(query.get('cursor') ?? 0);
  const to = from + Number(query.get('limit') ?? 50);
  return { items: items.slice(from, to), nextCursor: to < items.length ? String(to) : null };
}

let count = 0;

/** A number that no other made thing has. */
export const nextNumber = () => (count += 1);
