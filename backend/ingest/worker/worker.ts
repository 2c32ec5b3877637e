/** The spool's worker thread: it inflates, checks, writes and waits for the disk, so that the main thread never does. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../lib/clock.ts';
import { lowerPriority } from '../../lib/thread-priority.ts';
import type { DamageReport } from '../spool/damage.ts';
import { openSpooler, type SpoolerOptions, type SpoolState } from '../spool/spooler.ts';
import { serveSpooler, type FromWorker } from './rpc-server.ts';

/** What the thread is started with. */
export type WorkerSettings = Pick<SpoolerOptions, 'folder' | 'maxBytes'>;

const port = parentPort;
if (!port) throw new Error('this file is the start of a worker thread');
lowerPriority();
const post = (message: FromWorker) => port.postMessage(message);

/** Changes of the state are sent together, at most so often, in milliseconds. */
const STATE_EVERY_MS = 50;
let unsent: SpoolState | undefined;
function onState(state: SpoolState): void {
  if (!unsent) {
    setTimeout(() => {
      if (unsent) post({ type: 'state', state: unsent });
      unsent = undefined;
    }, STATE_EVERY_MS);
  }
  unsent = state;
}

const onDamage = (found: DamageReport) => post({ type: 'damage', found });

try {
  const spooler = openSpooler({ ...(workerData as WorkerSettings), clock: systemClock, onState, onDamage });
  serveSpooler(spooler, port);
  post({ type: 'state', state: spooler.state });
  post({ type: 'ready' });
} catch (error) {
  post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}
