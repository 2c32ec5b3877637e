import type { IncomingMessage } from 'node:http';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
import { PLATFORM } from '../../contract/catalogue-api.ts';
import type { FailedAttempts } from '../auth/failed-attempts.ts';
import { headerValues, isFromGrafana, readBearer } from '../auth/headers.ts';
import { scrapeAuth } from '../auth/scrape-auth.ts';
import type { Config } from '../config/config.ts';
import { Refusal } from '../http/refusal.ts';
import { createNetworkCheck } from '../lib/ip-address.ts';
import type { TokenService } from '../tokens/service.ts';
import type { ScrapeToken, Verdict } from '../tokens/verify.ts';
import type { ScrapeRefusals } from './refusals.ts';

declare module 'fastify' {
  interface FastifyRequest {
    scrapeToken: ScrapeToken | Anonymous;
  }
}

export type AuthSettings = Config['prometheus']['auth'];

/** In place of a token, where nobody has to say who they are. */
interface Anonymous extends Pick<ScrapeToken, 'expiresAt' | 'catalogues'> {
  readonly id: null;
}
const anonymous = { ok: true, token: { id: null, expiresAt: null, catalogues: [PLATFORM] } } as const;

export interface ScrapeGuardOptions {
  readonly tokens: Pick<TokenService, 'verify' | 'recordRejectedUse'>;
  readonly refusals: ScrapeRefusals;
  readonly failures: Record<ScrapeRefusalReason, number>;
  readonly attempts: FailedAttempts;
  /** In which ways a token may be presented, and who needs none. */
  readonly auth: AuthSettings;
}

/**
 * Lets in active scrape tokens, and without a credential only whom the settings let in, before any body is read. Every
 * refusal is the same 401; its reason goes to the audit log and the counter. Where the database cannot be asked it is 503:
 * a 401 would make people rotate good tokens. What comes through Grafana's plugin proxy is refused whatever it presents,
 * and leaves no trace: every user there could write audit rows and raise an alarm.
 */
export function scrapeGuard(options: ScrapeGuardOptions): onRequestAsyncHookHandler {
  const { tokens, refusals, failures, attempts, auth } = options;
  const needsNone = anonymousCheck(scrapeAuth(auth).openTo);

  function judge(request: FastifyRequest): Promise<Verdict> | Verdict | typeof anonymous {
    const credentials = readCredentials(request, auth);
    if (credentials.kind === 'credential') return ask(tokens, credentials.credential);
    return credentials.kind === 'missing' && needsNone(request) ? anonymous : rejected(credentials.kind);
  }

  return async (request) => {
    if (isFromGrafana(request.raw)) throw new Refusal('unauthorized');
    const verdict = within(await judge(request), askedFor(request));
    if (!verdict.ok) {
      const { reason, token } = verdict;
      const ip = request.client.address;
      failures[reason] += 1;
      refusals.note({ reason, token, ip });
      if (token && (reason === 'expired' || reason === 'revoked')) tokens.recordRejectedUse(token.id, reason, ip);
      throw attempts.refuse(ip, 'scrape');
    }
    request.scrapeToken = verdict.token;
  };
}

/** What a scrape asks for: a catalogue that has a route of its own, or the platform's. */
function askedFor({ params }: FastifyRequest): string {
  return (params as { id?: string }).id ?? PLATFORM;
}

/** A token is good for what it names, and for nothing else; without one there is nothing but the platform's. */
function within(verdict: Verdict | typeof anonymous, catalogue: string): Verdict | typeof anonymous {
  if (!verdict.ok || verdict.token.catalogues.some((one) => one === catalogue)) return verdict;
  return verdict.token.id === null ? rejected('missing') : { ok: false, reason: 'out_of_scope', token: verdict.token };
}

async function ask(tokens: Pick<TokenService, 'verify'>, credential: string): Promise<Verdict> {
  try {
    return await tokens.verify(credential);
  } catch (error) {
    throw new Refusal('unavailable', undefined, undefined, { cause: error });
  }
}

function rejected(reason: ScrapeRefusalReason): Extract<Verdict, { ok: false }> {
  return { ok: false, reason, token: null };
}

/** What a scrape shows of who it is. */
type Credentials =
  | { readonly kind: 'missing' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'credential'; readonly credential: string };

/** `Basic` in any case, one space, then base64 as RFC 4648 writes it: any user name and a token are far shorter. */
const BASIC = /^Basic ([A-Za-z0-9+/]{4,5460}={0,2})$/i;
/** The characters that a credential has after `Bearer`. */
const CREDENTIAL = /^[A-Za-z0-9\-._~+/]{1,4096}=*$/;

/**
 * Reads the credential in whichever way is on. Two ways at once, or one of them twice, is malformed; a token in the query is
 * none where that way is off.
 */
function readCredentials({ raw, query }: Pick<FastifyRequest, 'raw' | 'query'>, ways: AuthSettings): Credentials {
  const inHeader = readHeader(raw, ways);
  if (!ways.query_token) return inHeader;
  const { token } = query as { token?: string | string[] };
  if (token === undefined) return inHeader;
  if (inHeader.kind !== 'missing' || typeof token !== 'string') return { kind: 'malformed' };
  return credential(token);
}

function readHeader(raw: Pick<IncomingMessage, 'rawHeaders'>, ways: AuthSettings): Credentials {
  const header = readBearer(raw);
  if (header.kind === 'bearer') return credential(header.credential);
  if (header.kind === 'missing' || !ways.basic_password) return { kind: header.kind };
  const [value = '', another] = headerValues(raw, 'authorization');
  const encoded = another === undefined ? BASIC.exec(value)?.[1] : undefined;
  return credential(encoded === undefined ? undefined : passwordOf(encoded));
}

/** What follows the first colon. Where the base64 is not written as it should be there is none. */
function passwordOf(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return undefined;
  const text = bytes.toString('latin1');
  return text.includes(':') ? text.slice(text.indexOf(':') + 1) : undefined;
}

function credential(text: string | undefined): Credentials {
  return text !== undefined && CREDENTIAL.test(text) ? { kind: 'credential', credential: text } : { kind: 'malformed' };
}

/**
 * Whether a scrape comes from a network that needs no credential. What was passed on by a proxy that is not trusted never
 * does, or whoever reaches that proxy would: its address says nothing of theirs.
 * @param networks none: nobody is let in
 */
function anonymousCheck(networks: readonly string[]): (request: FastifyRequest) => boolean {
  const isWithin = createNetworkCheck(networks);
  return ({ client }) => client.isCertain && isWithin(client.address);
}
