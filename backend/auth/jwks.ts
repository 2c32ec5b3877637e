/** The keys that Grafana publishes, fetched within bounds. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
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

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** Why there are no keys: at which address, without user info and query, and what failed there. */
export class JwksFailure extends Error {
  override name = 'JwksFailure';
}

/**
 * The keys at a URL, for `jwtVerify`. How old they are goes by the monotonic clock: after the wall clock was set back, a new
 * key is not refused until that has caught up. Where none can be had it throws JwksFailures.
 */
export function remoteJwks(url: URL, clock: Clock): JWTVerifyGetKey {
  const fetchKeys = createKeyFetch(url, clock);
  let known: { readonly find: FindKey; readonly at: number } | undefined;
  let underWay: Promise<FindKey> | undefined;

  async function load(): Promise<FindKey> {
    const find = createLocalJWKSet(await fetchKeys());
    known = { find, at: clock.monotonic() };
    return find;
  }
  const fetchAgain = () => (underWay ??= load().finally(() => (underWay = undefined)));
  const youngerThan = (ms: number) => (known && clock.monotonic() - known.at < ms ? known.find : undefined);

  return async (header, token) => {
    const find = youngerThan(KEPT_MS) ?? (await fetchAgain());
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || youngerThan(COOLDOWN_MS)) throw error;
      return (await fetchAgain())(header, token);
    }
  };
}

/** During the pause after a failure, that failure is thrown again. */
function createKeyFetch(url: URL, clock: Clock): () => Promise<JSONWebKeySet> {
  const http = createHttpClient({ keepAlive: false });
  let failed: { readonly failure: JwksFailure; readonly until: number } | undefined;
  return async () => {
    if (failed && clock.monotonic() < failed.until) throw failed.failure;
    try {
      const { status, body } = await http.request(url, {
        headers: { accept: 'application/json' },
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
        wantsBody: (head) => head.status === 200,
      });
      return checked(status, body.toString('utf8'));
    } catch (error) {
      const why = error instanceof JwksFailure ? error.message : sentenceOf(error);
      const failure = new JwksFailure(`${url.origin}${url.pathname}: ${why}`, { cause: error });
      failed = { failure, until: clock.monotonic() + FAILURE_PAUSE_MS };
      throw failure;
    }
  };
}

function checked(status: number, text: string): JSONWebKeySet {
  if (status !== 200) {
    const redirects = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
    throw new JwksFailure(`it answers with status ${status}${redirects}.`);
  }
  const keys = parse(text);
  if (!Value.Check(Jwks, keys)) throw new JwksFailure('the body of its answer is no key set.');
  return keys;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JwksFailure('the body of its answer is not JSON.');
  }
}

function sentenceOf(error: unknown): string {
  const { kind, code } = error instanceof HttpFailure ? error : { kind: 'other', code: 'unknown' };
  switch (kind) {
    case 'timeout':
      return 'there was no answer in time.';
    case 'too_large':
      return `the body of its answer is larger than ${MAX_BYTES / 1024} KiB.`;
    case 'unresolved':
      return `DNS finds no address for its name (${code}).`;
    case 'certificate':
      return `TLS failed: its certificate is not trusted here (${code}). For a private certificate authority start the backend with NODE_EXTRA_CA_CERTS.`;
    case 'tls':
      return `TLS failed: there is no https there (${code}).`;
    case 'unreachable':
      return `no way leads there (${code}).`;
    case 'broken':
    case 'not_http':
      return `the connection broke (${code}).`;
    default:
      return `nobody answers there (${code}).`;
  }
}
