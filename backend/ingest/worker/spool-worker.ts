import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ConfigError } from '../../config/error.ts';
import type { Logger } from '../../lib/logger.ts';
import { createOutageLog } from '../../lib/outage-log.ts';
import { Refusal } from '../../http/refusal.ts';
import type { SpoolState, Spooler } from '../spool/spooler.ts';
import { connectTo, SpoolerAway, type Guest } from './rpc-client.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.ts';

export interface SpoolWorkerOptions extends WorkerSettings {
  readonly logger: Logger;
  /** The wait before the n-th attempt (from 1) to start it again, in milliseconds. */
  readonly backoffMs?: (attempt: number) => number;
}

/** The spooler, in a worker thread that is started again if it dies: journal and files on disk are the truth. */
export interface SpoolWorker extends Omit<Spooler, 'close'> {
  close(): Promise<void>;
}

/** Heap of the worker, far above what it needs: a leak in it ends the worker and not the process. */
const HEAP_MB = 512;
const CLOSE_MS = 2_000;
/** After so long without dying, the next death is a first one again, in milliseconds. */
const STEADY_MS = 60_000;
const exponential = (attempt: number) => Math.min(100 * 2 ** (attempt - 1), 10_000);

const compiled = import.meta.url.endsWith('.ts') ? '../../../build/backend/ingest/worker/worker.js' : './worker.js';
const workerFile = new URL(compiled, import.meta.url);

/** @throws ConfigError where the folder cannot be used. Later it is tried again for as long as it takes. */
export async function startSpoolWorker(options: SpoolWorkerOptions): Promise<SpoolWorker> {
  const { folder, maxBytes, logger, backoffMs = exponential } = options;
  const stopping = new AbortController();
  let state: SpoolState = { usedBytes: 0, waitingRows: 0, quarantinedRows: 0, lostRows: 0 };
  let startedAt = 0;
  let attempt = 0;
  let restarting: Promise<void> = Promise.resolve();
  const outage = createOutageLog({
    logger,
    failing: 'the spool’s worker did not start',
    recovered: 'the spool’s worker runs again',
  });
  let running: { worker: Worker; guest: Guest } | undefined;

  /** @throws Error with a sentence for the administrator. */
  async function start(): Promise<void> {
    const worker = new Worker(fileURLToPath(workerFile), {
      workerData: { folder, maxBytes } satisfies WorkerSettings,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    const guest = connectTo(worker);
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'state') state = message.state;
    });
    worker.on('error', (error) => logger.error({ error: error.name, ...codeOf(error) }, 'the spool’s worker failed'));
    const exited = endOf(worker);
    await begun(worker);
    running = { worker, guest };
    startedAt = performance.now();
    void exited.then(() => {
      running = undefined;
      guest.abandon();
      if (stopping.signal.aborted) return;
      logger.error({}, 'the spool’s worker ended; it is started again');
      restarting = startAgain();
    });
    if (state.lostRows > 0) logger.error({ rows: state.lostRows }, 'acknowledged rows are missing on the disk');
  }

  async function startAgain(): Promise<void> {
    if (performance.now() - startedAt > STEADY_MS) attempt = 0;
    while (running === undefined) {
      attempt += 1;
      try {
        await pause(backoffMs(attempt), undefined, { signal: stopping.signal });
        await start();
        outage.succeeded();
      } catch (error) {
        if (stopping.signal.aborted) return;
        outage.failed({ reason: (error as Error).message });
      }
    }
  }

  function guest(): Guest {
    if (!running) throw new SpoolerAway('the spool’s worker is not running');
    return running.guest;
  }

  try {
    await start();
  } catch (error) {
    throw new ConfigError(`ingest.spool_dir: ${folder} cannot be used: ${(error as Error).message}.`);
  }

  return {
    get state() {
      return state;
    },
    async accept(request, body) {
      try {
        return await guest().accept(request, body);
      } catch (error) {
        if (error instanceof SpoolerAway) throw new Refusal('unavailable', undefined, undefined, { cause: error });
        throw error;
      }
    },
    next: async (...args) => guest().next(...args),
    nextRange: async (...args) => guest().nextRange(...args),
    auditCursor: async () => guest().auditCursor(),
    done: async (...args) => guest().done(...args),
    refused: async (...args) => guest().refused(...args),
    async close() {
      stopping.abort();
      await restarting;
      if (!running) return;
      const { worker } = running;
      const exited = endOf(worker);
      worker.postMessage({ type: 'close' } satisfies ToWorker);
      const late = setTimeout(() => void worker.terminate(), CLOSE_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

/** Not `once`, which rejects where the worker fails before it ends. */
function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()));
}

async function begun(worker: Worker): Promise<void> {
  const first = await new Promise<FromWorker | undefined>((resolve) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'ready' || message.type === 'failed') resolve(message);
    });
    worker.once('exit', () => resolve(undefined));
  });
  if (first?.type === 'ready') return;
  await worker.terminate();
  throw new Error(first?.type === 'failed' ? first.message : 'its worker ended at once');
}

function codeOf(error: Error): { code?: unknown } {
  return 'code' in error ? { code: error.code } : {};
}
