import type { FastifyRequest } from 'fastify';
import { displayAddress, createNetworkCheck } from '../lib/ip-address.ts';

/** What a proxy adds to a request that it passes on. */
const FORWARDING = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Whether a scrape comes from a network that needs no credential. What was passed on by a proxy that is not trusted never
 * does, or whoever reaches that proxy would: its address says nothing of theirs.
 * @param networks none: nobody is let in
 */
export function anonymousCheck(networks: readonly string[]): (request: FastifyRequest) => boolean {
  const isWithin = createNetworkCheck(networks);
  return (request) => (!isForwarded(request) || isVouchedFor(request)) && isWithin(displayAddress(request.ip));
}

function isForwarded({ headers }: FastifyRequest): boolean {
  return FORWARDING.some((name) => headers[name] !== undefined);
}

/** A trusted proxy told for whom it asks: there are more addresses than the connection's own. */
function isVouchedFor({ ips }: FastifyRequest): boolean {
  return (ips?.length ?? 0) > 1;
}
