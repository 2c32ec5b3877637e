import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
import { PLATFORM } from '../../contract/catalogues.ts';
import { displayAddress } from '../address.ts';
import type { ScrapeRefusals } from '../audit/scrape-refusals.ts';
import { readBearer } from '../auth/bearer.ts';
import type { FailedAttempts } from '../auth/failed-attempts.ts';
import { Refusal } from '../refusal.ts';
import type { TokenService } from '../tokens/service.ts';
import type { ScrapeToken, Verdict } from '../tokens/verify.ts';

declare module 'fastify' {
  interface FastifyRequest {
    scrapeToken: ScrapeToken;
  }
}

export interface ScrapeGuardOptions {
  readonly tokens: TokenService;
  readonly refusals: ScrapeRefusals;
  readonly failures: Record<ScrapeRefusalReason, number>;
  readonly attempts: FailedAttempts;
}

/**
 * Lets in active scrape tokens and nothing else, before any body is read. Every refusal is the same 401; its reason goes
 * to the audit log and the counter. Where the database cannot be asked it is 503: a 401 would make people rotate good tokens.
 */
export function scrapeGuard({ tokens, refusals, failures, attempts }: ScrapeGuardOptions): onRequestAsyncHookHandler {
  return async (request) => {
    const header = readBearer(request.raw);
    const verdict = within(
      header.kind === 'bearer' ? await ask(tokens, header.credential) : refused(header.kind),
      askedFor(request),
    );
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

/** A token is good for what it names, and for nothing else. */
function within(verdict: Verdict, catalogue: string): Verdict {
  if (!verdict.ok || verdict.token.catalogues.includes(catalogue)) return verdict;
  return { ok: false, reason: 'out_of_scope', token: verdict.token };
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
