/** The spooler as the main thread has it: every call is a message to the worker thread that runs at the time. */
import type { Worker } from 'node:worker_threads';
import type { Accepted } from '../../../contract/ingest.ts';
import { Refusal } from '../../http/refusal.ts';
import type { Accept } from '../spool/accept.ts';
import type { Inserts } from '../spool/inserts.ts';
import type { FromWorker, RpcAnswer, RpcCall, RpcMethod, ToWorker } from './rpc-server.ts';

/** Chunks of a body on their way to the worker at a time, and the size of one, in bytes. */
const WINDOW = 2;
export const CHUNK_BYTES = 256 * 1024;

/** Calls fail with this where no worker runs, or where it ends before it has answered; `accept` as `unavailable`. */
class SpoolWorkerGone extends Error {
  override name = 'SpoolWorkerGone';
}

export interface RpcClient extends Inserts {
  readonly accept: Accept;
  /** Calls go to this worker from now on. */
  attach(worker: Worker): void;
  /** It has ended: fails whatever is not answered yet, and what is asked until the next one is attached. */
  detach(): void;
}

type Post = (message: ToWorker, transfer?: ArrayBuffer[]) => void;

interface OpenCall {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onTaken?: () => void;
}

export function createRpcClient(): RpcClient {
  const open = new Map<number, OpenCall>();
  let attached: Worker | undefined;
  let lastId = 0;

  function request(begin: (id: number, post: Post) => void, onTaken?: () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!attached) throw new SpoolWorkerGone('the spool’s worker is not running');
      const worker = attached;
      const id = ++lastId;
      open.set(id, { resolve, reject, ...(onTaken && { onTaken }) });
      begin(id, (message, transfer = []) => worker.postMessage(message, transfer));
    });
  }

  function call<M extends RpcMethod>(method: M) {
    return (...args: Parameters<Inserts[M]>) =>
      request((id, post) => post({ type: 'call', id, method, args } as { type: 'call'; id: number } & RpcCall));
  }

  function receive(message: FromWorker): void {
    if (message.type === 'taken') open.get(message.id)?.onTaken?.();
    if (message.type !== 'answer') return;
    const asked = open.get(message.id);
    open.delete(message.id);
    if (message.ok) asked?.resolve(message.value);
    else asked?.reject(toError(message));
  }

  const accept: Accept = async (ingestRequest, body) => {
    const sendWindow = createSendWindow();
    try {
      return (await request((id, post) => {
        post({ type: 'accept', id, request: ingestRequest });
        void sendBody(id, post, body, sendWindow);
      }, sendWindow.release)) as Accepted;
    } catch (error) {
      if (error instanceof SpoolWorkerGone) throw new Refusal('unavailable', undefined, undefined, { cause: error });
      throw error;
    } finally {
      sendWindow.close();
    }
  };

  return {
    accept,
    next: call('next') as Inserts['next'],
    nextRange: call('nextRange') as Inserts['nextRange'],
    auditCursor: call('auditCursor') as Inserts['auditCursor'],
    acknowledge: call('acknowledge') as Inserts['acknowledge'],
    reject: call('reject') as Inserts['reject'],
    examine: call('examine') as Inserts['examine'],
    attach(worker) {
      attached = worker;
      worker.on('message', receive);
    },
    detach() {
      attached = undefined;
      for (const { reject } of open.values()) reject(new SpoolWorkerGone('the spool’s worker has ended'));
      open.clear();
    },
  };
}

/** Sends a body at the worker's pace. Once nobody reads it any more, the rest is read and thrown away. */
async function sendBody(id: number, post: Post, body: AsyncIterable<Buffer>, sendWindow: SendWindow): Promise<void> {
  try {
    for await (const bytes of toTransferableChunks(body, CHUNK_BYTES)) {
      if (await sendWindow.acquire()) post({ type: 'chunk', id, bytes }, [bytes]);
    }
    post({ type: 'end', id, complete: true });
  } catch {
    post({ type: 'end', id, complete: false });
  }
}

/** Lets a sender be `WINDOW` chunks ahead of the receiver. */
interface SendWindow {
  /** Waits for a place. False where it was closed. */
  acquire(): Promise<boolean>;
  release(): void;
  close(): void;
}

function createSendWindow(): SendWindow {
  let free = WINDOW;
  let isClosed = false;
  let wake: () => void = () => undefined;
  return {
    async acquire() {
      while (free === 0 && !isClosed) await new Promise<void>((resolve) => (wake = resolve));
      free -= 1;
      return !isClosed;
    },
    release() {
      free += 1;
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}

/**
 * The same bytes in chunks of at least `size`, each in memory of its own, which can be given away to another thread:
 * what the network brings is often a slice of memory that others use too.
 */
export async function* toTransferableChunks(
  body: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<ArrayBuffer> {
  let gathered: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    gathered.push(part);
    length += part.length;
    if (length < size) continue;
    yield concat(gathered, length);
    gathered = [];
    length = 0;
  }
  if (length > 0) yield concat(gathered, length);
}

function concat(parts: readonly Uint8Array[], length: number): ArrayBuffer {
  const chunk = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    chunk.set(part, at);
    at += part.length;
  }
  return chunk.buffer;
}

function toError(answer: Extract<RpcAnswer, { ok: false }>): Error {
  if ('refusal' in answer) {
    const { code, detail, errors } = answer.refusal;
    return new Refusal(code, detail, errors);
  }
  return Object.assign(new Error(answer.error.message), { name: answer.error.name });
}
