/** The spool's worker thread: it inflates, checks, writes and waits for the disk, so that the main thread never does. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../lib/clock.ts';
import { lowerPriority } from '../../lib/thread-priority.ts';
import { openSpooler, type SpoolState } from '../spool/spooler.ts';
import { hostSpooler } from './rpc-server.ts';
import type { FromWorker, WorkerSettings } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('this file is the start of a worker thread');
lowerPriority();
const tell = (message: FromWorker) => port.postMessage(message);

/** Changes are told together, at most so often, in milliseconds. */
const TELL_EVERY_MS = 50;
let untold: SpoolState | undefined;
function onState(state: SpoolState): void {
  if (!untold) {
    setTimeout(() => {
      if (untold) tell({ type: 'state', state: untold });
      untold = undefined;
    }, TELL_EVERY_MS);
  }
  untold = state;
}

try {
  const spooler = openSpooler({ ...(workerData as WorkerSettings), clock: systemClock, onState });
  hostSpooler(spooler, port);
  tell({ type: 'state', state: spooler.state });
  tell({ type: 'ready' });
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}
