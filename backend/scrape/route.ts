import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { displayAddress } from '../lib/ip-address.ts';
import { Refusal } from '../http/refusal.ts';
import { textOf, type Filled } from '../reports/text.ts';
import type { TokenService } from '../tokens/service.ts';
import { contentTypes, acceptsGzip, negotiateFormat } from '../exposition/negotiate.ts';
import { createRenderer, type FamilySnapshot, type Snapshot } from '../exposition/text.ts';

const compress = promisify(gzip);

/** What one scrape is answered with. */
export interface Exposed {
  readonly snapshot: Snapshot;
  /** Families that only this request's answer has. */
  readonly own: readonly FamilySnapshot[];
  readonly filled: readonly Filled[];
}

export interface ScrapeRouteOptions {
  readonly tokens: TokenService;
  /** What it throws becomes 503: half an exposition would look like a healthy one. */
  readonly expose: (request: FastifyRequest) => Promise<Exposed>;
  /** Scrapes worked on at once; one more is told to come back. */
  readonly maxInFlight: number;
}

/** A scrape route, behind the scrape guard. */
export function scrapeHandler({ tokens, expose, maxInFlight }: ScrapeRouteOptions) {
  const renderer = createRenderer();
  let inFlight = 0;

  async function exposition(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const format = negotiateFormat(request.headers.accept);
    const { snapshot, own, filled } = await expose(request);
    const text =
      filled.length === 0
        ? renderer.render(snapshot, format, own)
        : renderer.renderWith(snapshot, format, own, textOf(filled));
    const zipped = acceptsGzip(request.headers['accept-encoding']?.toString());
    const body = zipped ? await compress(text) : text;
    const { id } = request.scrapeToken;
    const scrape = {
      ip: displayAddress(request.ip),
      userAgent: request.headers['user-agent'] ?? null,
      format: contentTypes[format],
      durationMs: reply.elapsedTime,
    };
    if (id !== null) tokens.noteUse(id, scrape);
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
