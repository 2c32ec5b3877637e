import type { FetchImplementation } from 'jose';
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { Clock } from '../clock.ts';

/** Largest key set that is read, in bytes. */
const MAX_BYTES = 64 * 1024;
/** After a failure nobody asks again for this long, in milliseconds. */
const FAILURE_PAUSE_MS = 10_000;
const KeySet = Type.Object({ keys: Type.Array(Type.Object({})) });

/** Fetches a JWKS with bounds: its size, and how often a server is asked that gives none. */
export function fetchKeySet(clock: Clock): FetchImplementation {
  let pausedUntil = -Infinity;
  return async (url, options) => {
    if (clock.monotonic() < pausedUntil) throw new Error('the key set could not be fetched a moment ago');
    try {
      const response = await fetch(url, options);
      const text = await readBounded(response);
      if (!response.ok || !Value.Check(KeySet, JSON.parse(text))) throw new Error('what was fetched is no key set');
      return new Response(text);
    } catch (error) {
      pausedUntil = clock.monotonic() + FAILURE_PAUSE_MS;
      throw error;
    }
  };
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('the key set is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
