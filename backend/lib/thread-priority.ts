import { setPriority } from 'node:os';

/** Where there is not enough for all: a third of the processor's time of those who answer requests. */
const NICE = 5;

/**
 * Lets work in bulk stand back behind the thread that answers requests. On Linux a priority is a thread's own, and goes
 * over to the threads that it starts; elsewhere it is the whole process', and stays as it is.
 * @param pid of a process that was just started; without one it is this thread that stands back
 */
export function lowerPriority(pid = 0): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(pid, NICE);
  } catch {
    // it has ended already, or the system does not allow it
  }
}
