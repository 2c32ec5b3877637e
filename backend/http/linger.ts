import type { Readable } from 'node:stream';

/** How long what is left of a connection is still read after its last answer, so that its sender gets to read that, in milliseconds. */
const LINGER_MS = 1_000;

/** Ends a request or a connection for good a moment after it was answered, whether the other side does its part or not. */
export function lingerThenDestroy(stream: Readable): void {
  if (stream.closed) return;
  const timer = setTimeout(() => stream.destroy(), LINGER_MS);
  stream.once('close', () => clearTimeout(timer));
}
