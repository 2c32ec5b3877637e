import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
import { PLATFORM } from '../../contract/catalogue-api.ts';
import { displayAddress } from '../lib/ip-address.ts';
import type { ScrapeRefusals } from '../audit/scrape-refusals.ts';
import type { FailedAttempts } from '../auth/failed-attempts.ts';
import { isFromGrafana } from '../auth/grafana-headers.ts';
import { Refusal } from '../http/refusal.ts';
import { scrapeAuth } from '../config/scrape-auth.ts';
import type { TokenService } from '../tokens/service.ts';
import type { ScrapeToken, Verdict } from '../tokens/verify.ts';
import { anonymousCheck } from './anonymous.ts';
import { readPresented, type AuthSettings } from './credentials.ts';

declare module 'fastify' {
  interface FastifyRequest {
    scrapeToken: ScrapeToken | Anonymous;
  }
}

/** In place of a token, where nobody has to say who they are. */
interface Anonymous extends Pick<ScrapeToken, 'expiresAt' | 'catalogues'> {
  readonly id: null;
}
const anonymous = { ok: true, token: { id: null, expiresAt: null, catalogues: [PLATFORM] } } as const;

export interface ScrapeGuardOptions {
  readonly tokens: TokenService;
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

  async function judge(request: FastifyRequest): Promise<Verdict | typeof anonymous> {
    const presented = readPresented(request, auth);
    if (presented.kind === 'credential') return ask(tokens, presented.credential);
    return presented.kind === 'missing' && needsNone(request) ? anonymous : refused(presented.kind);
  }

  return async (request) => {
    if (isFromGrafana(request.raw)) throw new Refusal('unauthorized');
    const verdict = within(await judge(request), askedFor(request));
    if (!verdict.ok) {
      const { reason, token } = verdict;
      const ip = displayAddress(request.ip);
      failures[reason] += 1;
      refusals.note({ reason, token, ip });
      if (token && (reason === 'expired' || reason === 'revoked')) tokens.noteKnock(token.id, reason, ip);
      throw attempts.refuse(request.ip, 'scrape');
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
  return verdict.token.id === null ? refused('missing') : { ok: false, reason: 'out_of_scope', token: verdict.token };
}

async function ask(tokens: TokenService, credential: string): Promise<Verdict> {
  try {
    return await tokens.verify(credential);
  } catch (error) {
    throw new Refusal('unavailable', undefined, undefined, { cause: error });
  }
}

function refused(reason: ScrapeRefusalReason): Extract<Verdict, { ok: false }> {
  return { ok: false, reason, token: null };
}
