/** Loaded into a server before everything else: watches its event loop when it is told to, by messages. */
import { isMainThread } from 'node:worker_threads';
import { watchEventLoop } from './event-loop.ts';

if (isMainThread && process.send) {
  let end: (() => Promise<number>) | undefined;
  process.on('message', (message) => {
    if (message === 'watch') {
      end = watchEventLoop();
      process.send?.('watching');
    } else if (message === 'end') void end?.().then((heldMs) => process.send?.(heldMs));
  });
  process.channel?.unref();
}
