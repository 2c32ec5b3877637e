/** Reads a request's body within limits, inflated where it is gzip. */
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { HttpRefusal } from './refusal.ts';

export interface BodyLimits {
  /** Of one request, after inflating. */
  readonly requestBytes: number;
  /** Of all requests together, from the first byte until `release`. */
  readonly totalBytes: number;
}

export interface Body {
  readonly bytes: Buffer;
  release(): void;
}

/** @throws HttpRefusal: 413 beyond the request's limit (while reading), 503 beyond the total, 400 where it is broken. */
export function createBodyReader({
  requestBytes,
  totalBytes,
}: BodyLimits): (request: IncomingMessage) => Promise<Body> {
  let held = 0;
  return async (request) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const release = () => {
      held -= size;
      size = 0;
    };
    try {
      for await (const chunk of chunksOf(request)) {
        size += chunk.length;
        held += chunk.length;
        if (size > requestBytes) throw new HttpRefusal(413, 396, `A request may have ${requestBytes} bytes.`);
        if (held > totalBytes) throw new HttpRefusal(503, 241, 'Too much is being received at once.');
        chunks.push(chunk);
      }
      if (!request.complete) throw new HttpRefusal(400, 117, 'The request ended early.');
    } catch (error) {
      release();
      if (error instanceof HttpRefusal) throw error;
      throw new HttpRefusal(400, 354, 'The request could not be read to its end.');
    }
    return { bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size), release };
  };
}

/** Leaves the connection open when reading stops early, so that the refusal can still be sent. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  if (encoding !== 'gzip') throw new HttpRefusal(400, 36, 'A request may be compressed with gzip only.');
  const gunzip = createGunzip();
  request.once('close', () => {
    if (!request.complete) gunzip.destroy(new Error('The request ended early.'));
  });
  return request.pipe(gunzip);
}
