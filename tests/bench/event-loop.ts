/** For how long at a time an event loop is held. */
import { setImmediate as nextRound } from 'node:timers/promises';

/** Between two calls, in ms: the clock's time, or the process's where others had the machine meanwhile. */
function startWatch() {
  let at = performance.now();
  let used = process.cpuUsage();
  return () => {
    const [now, spent] = [performance.now(), process.cpuUsage(used)];
    const took = Math.min(now - at, (spent.user + spent.system) / 1000);
    [at, used] = [now, process.cpuUsage()];
    return took;
  };
}

/** Watches this process's event loop. @returns ends it, and tells the longest uninterrupted work meanwhile, in ms */
export function watchEventLoop(): () => Promise<number> {
  const state = { heldMs: 0, isOver: false };
  const watching = (async () => {
    const held = startWatch();
    while (!state.isOver) {
      await nextRound();
      state.heldMs = Math.max(state.heldMs, held());
    }
  })();
  return async () => {
    state.isOver = true;
    await watching;
    return state.heldMs;
  };
}
