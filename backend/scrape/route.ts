import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { applianceFamilies } from '../../contract/metrics.ts';
import { displayAddress } from '../address.ts';
import { Refusal } from '../refusal.ts';
import type { TokenService } from '../tokens/service.ts';
import type { ScrapeToken } from '../tokens/verify.ts';
import { contentTypes } from './exposition/formats.ts';
import { acceptsGzip, negotiateFormat } from './exposition/negotiate.ts';
import { createRenderer } from './exposition/render.ts';
import { singleValue, type FamilySnapshot, type Snapshot } from './exposition/snapshot.ts';

const compress = promisify(gzip);

export interface ScrapeRouteOptions {
  readonly tokens: TokenService;
  /** All families at this moment. What it throws becomes 503: half an exposition would look like a healthy one. */
  readonly snapshot: () => Promise<Snapshot>;
  /** Scrapes worked on at once; one more is told to come back. */
  readonly maxInFlight: number;
}

/** `GET /api/metrics/prometheus`, behind the scrape guard. */
export function scrapeHandler({ tokens, snapshot, maxInFlight }: ScrapeRouteOptions) {
  const renderer = createRenderer();
  let inFlight = 0;

  async function exposition(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const format = negotiateFormat(request.headers.accept);
    const text = renderer.render(await snapshot(), format, ownFamilies(request.scrapeToken));
    const zipped = acceptsGzip(request.headers['accept-encoding']?.toString());
    const body = zipped ? await compress(text) : text;
    tokens.noteUse(request.scrapeToken.id, {
      ip: displayAddress(request.ip),
      userAgent: request.headers['user-agent'] ?? null,
      format: contentTypes[format],
      durationMs: reply.elapsedTime,
    });
    void reply.header('content-type', contentTypes[format]).header('cache-control', 'no-store');
    if (zipped) void reply.header('content-encoding', 'gzip');
    return reply.send(body);
  }

  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (inFlight >= maxInFlight) throw new Refusal('unavailable', 'Too many scrapes at once.');
    inFlight += 1;
    try {
      return await exposition(request, reply);
    } finally {
      inFlight -= 1;
    }
  };
}

function ownFamilies(token: ScrapeToken): FamilySnapshot[] {
  return token.expiresAt === null ? [] : [singleValue(applianceFamilies.scrapeTokenExpiry, token.expiresAt / 1000)];
}
