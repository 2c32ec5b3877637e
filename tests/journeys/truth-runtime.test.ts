/** The numbers of the process and of Node.js, beside what Linux says, and while the process is made to work. */
import { runtimeFamilies } from '../../contract/metrics.ts';
import { eventLoopProofs } from './truth/event-loop.ts';
import { memoryProofs } from './truth/memory.ts';
import { processProofs } from './truth/process.ts';
import { proveAll } from './truth/prove-all.ts';

proveAll(runtimeFamilies, { ...processProofs, ...memoryProofs, ...eventLoopProofs });
