/** The calls of the main thread, answered in the spool's worker thread; and the messages of both. */
import type { MessagePort } from 'node:worker_threads';
import type { Problem } from '../../../contract/api.ts';
import type { RefusalCode } from '../../../contract/refusals.ts';
import { Refusal } from '../../http/refusal.ts';
import type { IngestRequest } from '../spool/accept.ts';
import type { DamageReport } from '../spool/damage.ts';
import type { Inserts } from '../spool/inserts.ts';
import type { SpoolState, Spooler } from '../spool/spooler.ts';

/** Calls that are one question and one answer. */
export type RpcMethod = keyof Inserts;
export type RpcCall = {
  readonly [M in RpcMethod]: { readonly method: M; readonly args: Parameters<Inserts[M]> };
}[RpcMethod];

export type ToWorker =
  | ({ readonly type: 'call'; readonly id: number } & RpcCall)
  /** A request whose body follows in chunks, a few of them ahead of what was taken. */
  | { readonly type: 'accept'; readonly id: number; readonly request: IngestRequest }
  | { readonly type: 'chunk'; readonly id: number; readonly bytes: ArrayBuffer }
  /** `complete`: false where the collector left in the middle of it. */
  | { readonly type: 'end'; readonly id: number; readonly complete: boolean }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'state'; readonly state: SpoolState }
  | { readonly type: 'damage'; readonly found: DamageReport }
  | { readonly type: 'taken'; readonly id: number }
  | ({ readonly type: 'answer'; readonly id: number } & RpcAnswer);

export type RpcAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly refusal: {
        readonly code: RefusalCode;
        readonly detail: string | undefined;
        readonly errors: Problem['errors'];
      };
    }
  | { readonly ok: false; readonly error: { readonly name: string; readonly message: string } };

/** Answers the main thread's calls with a spooler. */
export function serveSpooler(spooler: Spooler, port: MessagePort): void {
  const bodies = new Map<number, ChunkQueue>();
  const post = (message: FromWorker) => port.postMessage(message);

  async function answer(id: number, work: Promise<unknown>): Promise<void> {
    post({ type: 'answer', id, ...(await outcomeOf(work)) });
  }

  async function accept(id: number, request: IngestRequest): Promise<void> {
    const body = createChunkQueue(() => post({ type: 'taken', id }));
    bodies.set(id, body);
    const outcome = await outcomeOf(spooler.accept(request, body.chunks));
    // The state goes first: whoever knows that rows are stored, and asks, sees them wait.
    post({ type: 'state', state: spooler.state });
    post({ type: 'answer', id, ...outcome });
    bodies.delete(id);
    body.fail(new Error('nobody reads this body any more'));
  }

  function call({ method, args }: RpcCall): Promise<unknown> {
    return (spooler[method] as (...args: unknown[]) => Promise<unknown>)(...args);
  }

  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'call':
        return void answer(message.id, call(message));
      case 'accept':
        return void accept(message.id, message.request);
      case 'chunk':
        return bodies.get(message.id)?.push(Buffer.from(message.bytes));
      case 'end':
        if (message.complete) bodies.get(message.id)?.end();
        else bodies.get(message.id)?.fail(new Refusal('invalid_request', 'The request was cut off.'));
        return;
      case 'close':
        spooler.close();
        port.close();
    }
  });
}

async function outcomeOf(work: Promise<unknown>): Promise<RpcAnswer> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (error instanceof Refusal) {
      const { code, detail, errors } = error;
      return { ok: false, refusal: { code, detail, errors } };
    }
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { ok: false, error: { name, message } };
  }
}

/** Chunks that come by message, to be read one after the other. */
interface ChunkQueue {
  readonly chunks: AsyncIterable<Buffer>;
  push(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** @param onTaken called for each chunk that is read: so many more may come */
function createChunkQueue(onTaken: () => void): ChunkQueue {
  const waiting: Buffer[] = [];
  let ended = false;
  let failure: Error | undefined;
  let wake: () => void = () => undefined;

  async function* chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      if (failure) throw failure;
      const chunk = waiting.shift();
      if (chunk) {
        onTaken();
        yield chunk;
      } else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }

  return {
    chunks: chunks(),
    push(chunk) {
      waiting.push(chunk);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    fail(error) {
      failure = error;
      wake();
    },
  };
}
