/** What the main thread and the spool's worker thread tell each other. */
import type { RefusalCode } from '../../../contract/refusals.ts';
import type { Problem } from '../../../contract/api.ts';
import type { IngestRequest } from '../spool/accept.ts';
import type { Inserts } from '../spool/inserts.ts';
import type { SpoolState } from '../spool/spooler.ts';

/** Calls that are one question and one answer. */
export type Method = keyof Inserts;
export type Call = { readonly [M in Method]: { readonly method: M; readonly args: Parameters<Inserts[M]> } }[Method];

export type ToWorker =
  | ({ readonly type: 'call'; readonly id: number } & Call)
  /** A request whose body follows in chunks, at most `WINDOW` of them ahead of what was taken. */
  | { readonly type: 'accept'; readonly id: number; readonly request: IngestRequest }
  | { readonly type: 'chunk'; readonly id: number; readonly bytes: ArrayBuffer }
  /** `complete`: false where the collector left in the middle of it. */
  | { readonly type: 'end'; readonly id: number; readonly complete: boolean }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'state'; readonly state: SpoolState }
  | { readonly type: 'taken'; readonly id: number }
  | ({ readonly type: 'answer'; readonly id: number } & Answer);

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly refusal: WireRefusal }
  | { readonly ok: false; readonly error: { readonly name: string; readonly message: string } };

export interface WireRefusal {
  readonly code: RefusalCode;
  readonly detail: string | undefined;
  readonly errors: Problem['errors'];
}

/** What a worker is started with. */
export interface WorkerSettings {
  readonly folder: string;
  readonly maxBytes: number;
}

/** Chunks of a request on their way to the worker at a time, and the size of one, in bytes. */
export const WINDOW = 2;
export const CHUNK_BYTES = 256 * 1024;
