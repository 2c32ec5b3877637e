import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ConfigError } from '../../config/error.ts';
import { createBackoff, type Backoff } from '../../lib/backoff.ts';
import type { Logger } from '../../lib/logger.ts';
import { supervise } from '../../lib/supervisor.ts';
import type { SpoolState, Spooler } from '../spool/spooler.ts';
import { createRpcClient } from './rpc-client.ts';
import type { FromWorker, ToWorker } from './rpc-server.ts';
import type { WorkerSettings } from './worker.ts';

export interface SpoolWorkerOptions extends WorkerSettings {
  readonly logger: Logger;
  /** The waits before it is started again. */
  readonly backoffMs?: Backoff;
}

/** The spooler, in a worker thread that is started again if it dies: journal and files on disk are the truth. */
export interface SpoolWorker extends Omit<Spooler, 'close'> {
  close(): Promise<void>;
}

/** Heap of the worker, far above what it needs: a leak in it ends the worker and not the process. */
const HEAP_MB = 512;
/** Of the memory for what lives briefly: rows lie outside of the heap, so that more of it is only resident. */
const YOUNG_HEAP_MB = 2;
const CLOSE_MS = 2_000;
const defaultBackoff = createBackoff({ firstMs: 100, longestMs: 10_000, jitter: 0 });

const NOTHING_KNOWN: SpoolState = {
  usedBytes: 0,
  reservedBytes: 0,
  waitingRows: 0,
  quarantinedRows: 0,
  quarantinedBefore: 0,
  lostRows: 0,
};

const compiled = import.meta.url.endsWith('.ts') ? '../../../build/backend/ingest/worker/worker.js' : './worker.js';
const workerFile = fileURLToPath(new URL(compiled, import.meta.url));

/** @throws ConfigError where the folder cannot be used. Later it is tried again for as long as it takes. */
export async function startSpoolWorker(options: SpoolWorkerOptions): Promise<SpoolWorker> {
  const { folder, maxBytes, logger, backoffMs = defaultBackoff } = options;
  const client = createRpcClient();
  let state = NOTHING_KNOWN;

  async function start(): Promise<RunningWorker> {
    const last = state;
    const follow = (changed: SpoolState) => (state = last === NOTHING_KNOWN ? changed : countingOn(last, changed));
    const running = await startWorker({ folder, maxBytes }, logger, follow);
    client.attach(running.worker);
    if (state.lostRows > 0) logger.error({ rows: state.lostRows }, 'acknowledged rows are missing on the disk');
    return running;
  }

  const supervisor = await supervise({
    name: 'the spool’s worker',
    start,
    exited: ({ exited }) => exited.then(() => client.detach()),
    end,
    onExit: () => logger.error({}, 'the spool’s worker ended; it is started again'),
    backoffMs,
    logger,
  }).catch((error: unknown) => {
    throw unusableFolder(folder, error);
  });

  return {
    accept: client.accept,
    next: client.next,
    nextRange: client.nextRange,
    auditCursor: client.auditCursor,
    acknowledge: client.acknowledge,
    reject: client.reject,
    examine: client.examine,
    get state() {
      return state;
    },
    close: () => supervisor.stop(),
  };
}

/** What a worker tells, so that what was quarantined since the process started goes on from the worker before. */
function countingOn(last: SpoolState, state: SpoolState): SpoolState {
  const isSameJournal = state.quarantinedBefore >= last.quarantinedRows;
  const counted = last.quarantinedRows - last.quarantinedBefore;
  const quarantinedBefore = isSameJournal ? last.quarantinedBefore : state.quarantinedBefore - counted;
  return { ...state, quarantinedBefore };
}

export function unusableFolder(folder: string, error: unknown): ConfigError {
  return new ConfigError(`ingest.spool_dir: ${folder} cannot be used: ${(error as Error).message}.`);
}

interface RunningWorker {
  readonly worker: Worker;
  readonly exited: Promise<void>;
}

/** Resolves once its spooler is open. @throws Error with a sentence for the administrator. */
async function startWorker(
  settings: WorkerSettings,
  logger: Logger,
  onState: (state: SpoolState) => void,
): Promise<RunningWorker> {
  const worker = new Worker(workerFile, {
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
  });
  // not `once`, which rejects where the worker fails before it ends
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', (error) => logger.error({ error: error.name, ...codeOf(error) }, 'the spool’s worker failed'));
  const problem = await new Promise<string | undefined>((resolve) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'state') onState(message.state);
      if (message.type === 'damage') logger.error(message.found, 'a file of the spool is not what it should be');
      if (message.type === 'ready') resolve(undefined);
      if (message.type === 'failed') resolve(message.message);
    });
    worker.once('exit', () => resolve('its worker ended at once'));
  });
  if (problem === undefined) return { worker, exited };
  await worker.terminate();
  throw new Error(problem);
}

async function end({ worker, exited }: RunningWorker): Promise<void> {
  worker.postMessage({ type: 'close' } satisfies ToWorker);
  const late = setTimeout(() => void worker.terminate(), CLOSE_MS);
  await exited;
  clearTimeout(late);
}

function codeOf(error: Error): { code?: unknown } {
  return 'code' in error ? { code: error.code } : {};
}
