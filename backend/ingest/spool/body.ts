import { createGunzip } from 'node:zlib';
import { ingestLimits } from '../../../contract/ingest.ts';
import { Refusal } from '../../refusal.ts';

export type Encoding = 'identity' | 'gzip';

/**
 * The bytes of a request, inflated where they are gzip, in chunks.
 * @throws Refusal as soon as a limit is passed, never only after all of it was inflated.
 */
export async function* inflated(body: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  if (encoding === 'identity') yield* limited(body, ingestLimits.inflatedBytes);
  else yield* limited(gunzip(limited(body, ingestLimits.compressedBytes)), ingestLimits.inflatedBytes);
}

async function* limited(chunks: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw new Refusal('ingest_too_large', `The request is larger than ${most / 1024 / 1024} MiB.`);
    yield chunk;
  }
}

async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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
    throw new Refusal('invalid_rows', 'The request is not valid gzip, or was cut off. Nothing of it was stored.');
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
