/** Every number is fed by the thing it measures: each family's proof does that thing to a real backend, and looks. */
import { proveAll } from './truth/prove-all.ts';

proveAll('access');
