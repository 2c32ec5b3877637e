import type { MessagePort } from 'node:worker_threads';
import { Refusal } from '../../http/refusal.ts';
import type { IngestRequest } from '../spool/accept.ts';
import type { Spooler } from '../spool/spooler.ts';
import { createChannel, type Channel } from './channel.ts';
import type { Answer, Call, FromWorker, ToWorker } from './messages.ts';

/** Answers the main thread's calls with a spooler. */
export function hostSpooler(spooler: Spooler, port: MessagePort): void {
  const bodies = new Map<number, Channel>();
  const tell = (message: FromWorker) => port.postMessage(message);

  async function answer(id: number, work: Promise<unknown>): Promise<void> {
    tell({ type: 'answer', id, ...(await outcomeOf(work)) });
  }

  async function accept(id: number, request: IngestRequest): Promise<void> {
    const body = createChannel(() => tell({ type: 'taken', id }));
    bodies.set(id, body);
    const outcome = await outcomeOf(spooler.accept(request, body.chunks));
    // First: whoever was told that rows are stored, and asks, is told that they wait.
    tell({ type: 'state', state: spooler.state });
    tell({ type: 'answer', id, ...outcome });
    bodies.delete(id);
    body.fail(new Error('nobody reads this body any more'));
  }

  function call({ method, args }: Call): Promise<unknown> {
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

async function outcomeOf(work: Promise<unknown>): Promise<Answer> {
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
