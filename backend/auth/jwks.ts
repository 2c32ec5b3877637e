import type { FetchImplementation } from 'jose';
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { Clock } from '../lib/clock.ts';

/** Largest key set that is read, in bytes. */
const MAX_BYTES = 64 * 1024;
/** After a failure nobody asks again for this long, in milliseconds. */
const FAILURE_PAUSE_MS = 10_000;
const KeySet = Type.Object({ keys: Type.Array(Type.Object({})) });

/** Why there are no keys, as a sentence that says nothing of the address. */
export class KeySetFailure extends Error {
  override name = 'KeySetFailure';
}

/**
 * Fetches a JWKS with bounds: its size, and how often a server is asked that gives none. During that pause the failure is
 * the one that began it. It throws KeySetFailures alone.
 */
export function fetchKeySet(clock: Clock): FetchImplementation {
  let failed: { readonly failure: KeySetFailure; readonly until: number } | undefined;
  return async (url, options) => {
    if (failed && clock.monotonic() < failed.until) throw failed.failure;
    try {
      const response = await fetch(url, options);
      return new Response(await readKeySet(response));
    } catch (error) {
      const failure =
        error instanceof KeySetFailure ? error : new KeySetFailure(fetchSentence(error), { cause: error });
      failed = { failure, until: clock.monotonic() + FAILURE_PAUSE_MS };
      throw failure;
    }
  };
}

async function readKeySet(response: Response): Promise<string> {
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    const redirects = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
    throw new KeySetFailure(`it answers with status ${status}${redirects}.`);
  }
  const text = await readBounded(response);
  if (!Value.Check(KeySet, parse(text))) throw new KeySetFailure('what it answers is no key set.');
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeySetFailure('what it answers is not JSON.');
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new KeySetFailure(`what it answers is larger than ${MAX_BYTES / 1024} KiB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Codes of a connection that somebody made, and of a certificate, as Node and OpenSSL name them. */
const BROKEN = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_)/;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/;
const NO_TLS = /^(EPROTO|ERR_SSL)/;

function fetchSentence(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'there was no answer in time.';
  const code = codeOf(error);
  if (CERTIFICATE.test(code)) {
    return `its certificate is not trusted here (${code}). For a private certificate authority start the backend with NODE_EXTRA_CA_CERTS.`;
  }
  if (NO_TLS.test(code)) return `there is no https there (${code}).`;
  if (BROKEN.test(code)) return `the connection broke (${code}).`;
  return `nobody answers there (${code}).`;
}

/** The code of what is at the bottom of a failed fetch. */
function codeOf(error: unknown): string {
  const { cause, code } = error as { cause?: unknown; code?: unknown };
  if (typeof cause === 'object' && cause !== null) return codeOf(cause);
  return typeof code === 'string' ? code : 'unknown';
}
