/** The keys that Grafana publishes, fetched within bounds. */
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { Clock } from '../lib/clock.ts';
import { createHttpClient, HttpFailure } from '../lib/http-client.ts';

/** Known keys are fetched again after this long, in milliseconds. */
const KEPT_MS = 600_000;
/** For a key that is not known nobody asks again for this long, in milliseconds. */
const COOLDOWN_MS = 60_000;
/** After a failure nobody asks again for this long, in milliseconds. */
const FAILURE_PAUSE_MS = 10_000;
/** For the whole answer, in milliseconds. */
const TIMEOUT_MS = 3_000;
/** Largest answer that is read, in bytes. */
const MAX_BYTES = 64 * 1024;
const Jwks = Type.Object({ keys: Type.Array(Type.Object({})) });

/** Why there are no keys, as a sentence that says nothing of the address. */
export class JwksFailure extends Error {
  override name = 'JwksFailure';
}

/** The keys at a URL, for `jwtVerify`. Where none can be had it throws JwksFailures. */
export function remoteJwks(url: URL, clock: Clock): JWTVerifyGetKey {
  return createRemoteJWKSet(url, {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEPT_MS,
    [customFetch]: fetchJwks(clock),
  });
}

/** During the pause after a failure, that failure is thrown again. */
function fetchJwks(clock: Clock): FetchImplementation {
  const http = createHttpClient({ keepAlive: false });
  let failed: { readonly failure: JwksFailure; readonly until: number } | undefined;
  return async (url, { headers }) => {
    if (failed && clock.monotonic() < failed.until) throw failed.failure;
    try {
      const { status, body } = await http.request(new URL(url), {
        headers: Object.fromEntries(headers),
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        wantsBody: (head) => head.status === 200,
      });
      return new Response(checked(status, body.toString('utf8')));
    } catch (error) {
      const failure = error instanceof JwksFailure ? error : new JwksFailure(sentenceOf(error), { cause: error });
      failed = { failure, until: clock.monotonic() + FAILURE_PAUSE_MS };
      throw failure;
    }
  };
}

function checked(status: number, text: string): string {
  if (status !== 200) {
    const redirects = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
    throw new JwksFailure(`it answers with status ${status}${redirects}.`);
  }
  if (!Value.Check(Jwks, parse(text))) throw new JwksFailure('what it answers is no key set.');
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JwksFailure('what it answers is not JSON.');
  }
}

function sentenceOf(error: unknown): string {
  const { kind, code } = error instanceof HttpFailure ? error : { kind: 'other', code: 'unknown' };
  switch (kind) {
    case 'timeout':
      return 'there was no answer in time.';
    case 'too_large':
      return `what it answers is larger than ${MAX_BYTES / 1024} KiB.`;
    case 'certificate':
      return `its certificate is not trusted here (${code}). For a private certificate authority start the backend with NODE_EXTRA_CA_CERTS.`;
    case 'tls':
      return `there is no https there (${code}).`;
    case 'broken':
    case 'not_http':
      return `the connection broke (${code}).`;
    default:
      return `nobody answers there (${code}).`;
  }
}
