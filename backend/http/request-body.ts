import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { RefusalCode } from '../../contract/refusals.ts';
import { Refusal } from './refusal.ts';

/**
 * Reads JSON bodies as Fastify does, but takes an empty one for none: Grafana sends `Content-Type: application/json` on
 * every POST, also on one that has nothing to say. A route that needs a body then misses it by its schema.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, undefined);
    else void parse(request, text, done);
  });
}

// Bodies that are read as they come, rather than gathered by Fastify.

export type Encoding = 'identity' | 'gzip';

export interface BodyLimits {
  readonly compressedBytes: number;
  readonly inflatedBytes: number;
  readonly tooLarge: RefusalCode;
  /** What a body is that is no gzip, or not all of it. */
  readonly broken: RefusalCode;
}

/** @throws Refusal `unsupported_media_type` */
export function encodingOf(request: IncomingMessage): Encoding {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === 'gzip') return encoding;
  throw new Refusal('unsupported_media_type', 'Send the body as it is, or with Content-Encoding: gzip.');
}

/** Leaving the loop early does not destroy the request: the refusal still has to be answered on its socket. */
export function bytesOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/**
 * The bytes of a request, inflated where they are gzip, in chunks.
 * @throws Refusal as soon as a limit is passed, never only after all of it was inflated.
 */
export async function* inflated(
  body: AsyncIterable<Buffer>,
  encoding: Encoding,
  limits: BodyLimits,
): AsyncGenerator<Buffer> {
  const { compressedBytes, inflatedBytes, tooLarge, broken } = limits;
  if (encoding === 'identity') yield* limitBytes(body, inflatedBytes, tooLarge);
  else yield* limitBytes(gunzip(limitBytes(body, compressedBytes, tooLarge), broken), inflatedBytes, tooLarge);
}

async function* limitBytes(chunks: AsyncIterable<Buffer>, most: number, tooLarge: RefusalCode): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw new Refusal(tooLarge, `The request is larger than ${most / 1024 / 1024} MiB.`);
    yield chunk;
  }
}

async function* gunzip(chunks: AsyncIterable<Buffer>, brokenCode: RefusalCode): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: 128 * 1024 });
  let broken: unknown;
  const feeding = feed(chunks, stream).catch((error: unknown) => {
    broken = error;
    stream.destroy();
  });
  try {
    yield* stream as AsyncIterable<Buffer>;
    await feeding;
    if (broken !== undefined) throw broken as Error;
  } catch (error) {
    if (broken instanceof Error) throw broken;
    if (error instanceof Refusal) throw error;
    throw new Refusal(brokenCode, 'The request is not valid gzip, or was cut off. Nothing of it was stored.');
  } finally {
    stream.destroy();
  }
}

/** Writes at the pace at which it is read. Ends early where nobody reads any more. */
async function feed(chunks: AsyncIterable<Buffer>, stream: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const chunk of chunks) {
    if (stream.destroyed) return;
    if (stream.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        stream.off('drain', goOn).off('close', goOn);
        resolve();
      };
      stream.on('drain', goOn).on('close', goOn);
    });
  }
  stream.end();
}
