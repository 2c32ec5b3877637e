/** The numbers of the process and of Node.js, beside what Linux says, and while the process is made to work. */
import { proveAll } from './truth/prove-all.ts';

proveAll('runtime');
