import type { Worker } from 'node:worker_threads';
import type { Accepted } from '../../../contract/ingest.ts';
import { Refusal } from '../../http/refusal.ts';
import type { Accept } from '../spool/accept.ts';
import type { Inserts } from '../spool/inserts.ts';
import { inBlocks } from './chunks.ts';
import {
  CHUNK_BYTES,
  WINDOW,
  type Answer,
  type Call,
  type FromWorker,
  type Method,
  type ToWorker,
} from './messages.ts';

/** The worker ended, or ends before it has answered. */
export class SpoolerAway extends Error {
  override name = 'SpoolerAway';
}

/** A spooler that lives in a worker: its calls, as messages. */
export interface Guest extends Inserts {
  readonly accept: Accept;
  /** Lets it close its files; it ends by itself then. */
  close(): void;
  /** Fails whatever is not answered yet. */
  abandon(): void;
}

interface Open {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onTaken?: () => void;
}

export function connectTo(worker: Worker): Guest {
  const open = new Map<number, Open>();
  let lastId = 0;
  const tell = (message: ToWorker, transfer: ArrayBuffer[] = []) => worker.postMessage(message, transfer);

  function ask(send: (id: number) => void, onTaken?: () => void): Promise<unknown> {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      open.set(id, { resolve, reject, ...(onTaken && { onTaken }) });
      send(id);
    });
  }

  function call<M extends Method>(method: M) {
    return (...args: Parameters<Inserts[M]>) =>
      ask((id) => tell({ type: 'call', id, method, args } as { type: 'call'; id: number } & Call));
  }

  worker.on('message', (message: FromWorker) => {
    if (message.type === 'taken') open.get(message.id)?.onTaken?.();
    if (message.type !== 'answer') return;
    const asked = open.get(message.id);
    open.delete(message.id);
    if (message.ok) asked?.resolve(message.value);
    else asked?.reject(errorOf(message));
  });

  /** Sends a body at the worker's pace. Once it is refused, or the worker is gone, the rest is read and thrown away. */
  async function pump(id: number, body: AsyncIterable<Buffer>, pace: Pace): Promise<void> {
    try {
      for await (const bytes of inBlocks(body, CHUNK_BYTES)) {
        if (await pace.mayGoOn()) tell({ type: 'chunk', id, bytes }, [bytes]);
      }
      tell({ type: 'end', id, complete: true });
    } catch {
      tell({ type: 'end', id, complete: false });
    }
  }

  const accept: Accept = async (request, body) => {
    const pace = createPace();
    const answer = ask((id) => {
      tell({ type: 'accept', id, request });
      void pump(id, body, pace);
    }, pace.taken) as Promise<Accepted>;
    try {
      return await answer;
    } finally {
      pace.stop();
    }
  };

  return {
    accept,
    next: call('next') as Inserts['next'],
    nextRange: call('nextRange') as Inserts['nextRange'],
    auditCursor: call('auditCursor') as Inserts['auditCursor'],
    done: call('done') as Inserts['done'],
    refused: call('refused') as Inserts['refused'],
    close: () => tell({ type: 'close' }),
    abandon() {
      for (const { reject } of open.values()) reject(new SpoolerAway('the spool’s worker has ended'));
      open.clear();
    },
  };
}

/** Lets a sender be `WINDOW` chunks ahead of the receiver. */
interface Pace {
  taken(): void;
  stop(): void;
  /** False where nobody wants to hear more. */
  mayGoOn(): Promise<boolean>;
}

function createPace(): Pace {
  let free = WINDOW;
  let stopped = false;
  let wake: () => void = () => undefined;
  return {
    taken() {
      free += 1;
      wake();
    },
    stop() {
      stopped = true;
      wake();
    },
    async mayGoOn() {
      while (free === 0 && !stopped) await new Promise<void>((resolve) => (wake = resolve));
      free -= 1;
      return !stopped;
    },
  };
}

function errorOf(answer: Extract<Answer, { ok: false }>): Error {
  if ('refusal' in answer) {
    const { code, detail, errors } = answer.refusal;
    return new Refusal(code, detail, errors);
  }
  return Object.assign(new Error(answer.error.message), { name: answer.error.name });
}
