import type { onRequestAsyncHookHandler } from 'fastify';
import type { ScrapeRefusalReason } from '../../contract/audit-events.ts';
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
    const verdict = header.kind === 'bearer' ? await ask(tokens, header.credential) : refused(header.kind);
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
