import { claimFolder } from '../../config/private-files.ts';
import { Refusal } from '../../http/refusal.ts';
import { openEmptySpool, type EmptySpool } from '../spool/empty-spool.ts';
import { partsFolder } from '../spool/files.ts';
import { IDLE_MS, LOOK_EVERY_MS } from '../spool/inserts.ts';
import { quarantineFolder } from '../spool/quarantine.ts';
import { startSpoolWorker, unusableFolder, type SpoolWorker, type SpoolWorkerOptions } from './spool-worker.ts';

/**
 * The spooler, whose worker thread is started with the first rows, at once where something waits from before: a backend
 * that nobody sends rows to has none.
 * @throws ConfigError where the folder cannot be used
 */
export async function openSpoolOnDemand(options: SpoolWorkerOptions): Promise<SpoolWorker> {
  const { folder, maxBytes, logger } = options;
  for (const own of [folder, partsFolder(folder), quarantineFolder(folder)])
    claimFolder('ingest.spool_dir', own, logger);
  const found = openUsable(folder, maxBytes);
  if (!found) return startSpoolWorker(options);
  const { auditCursor } = found;
  let empty: EmptySpool | undefined = found;
  let starting: Promise<SpoolWorker> | undefined;
  let worker: SpoolWorker | undefined;
  let isClosed = false;

  /** Starts it once for all who need it at the same time. Where that fails, the next who needs it tries again. */
  async function needed(): Promise<SpoolWorker> {
    if (isClosed) throw new Error('the spool is closed');
    starting ??= start().catch((error: unknown) => {
      starting = undefined;
      logger.error({ reason: (error as Error).message }, 'the spool’s worker did not start');
      throw error;
    });
    return await starting;
  }

  async function start(): Promise<SpoolWorker> {
    empty?.close(); // a spool has one owner
    empty = undefined;
    worker = await startSpoolWorker(options);
    return worker;
  }

  return {
    async accept(request, body) {
      const { accept } = await needed().catch((cause: unknown) => {
        throw new Refusal('unavailable', undefined, undefined, { cause });
      });
      return accept(request, body);
    },
    next: async (stream, inFlight) => (empty ? IDLE_MS : (await needed()).next(stream, inFlight)),
    nextRange: async (first, last) =>
      empty && last <= auditCursor ? LOOK_EVERY_MS : (await needed()).nextRange(first, last),
    auditCursor: async () => (empty ? auditCursor : (await needed()).auditCursor()),
    acknowledge: async (id) => (await needed()).acknowledge(id),
    reject: async (id, row) => (await needed()).reject(id, row),
    examine: async (id) => (await needed()).examine(id),
    get state() {
      return worker?.state ?? found.state;
    },
    async close() {
      isClosed = true;
      await starting?.catch(() => undefined);
      empty?.close();
      await worker?.close();
    },
  };
}

function openUsable(folder: string, maxBytes: number): EmptySpool | undefined {
  try {
    return openEmptySpool(folder, maxBytes);
  } catch (error) {
    throw unusableFolder(folder, error);
  }
}
