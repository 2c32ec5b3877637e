import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { remember } from '../lib/remember.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import { findMethods } from './methods.ts';
import { answerNotFound } from './problems.ts';
import { Refusal } from './refusal.ts';

/** Header lines that a request may have: several times what clients and proxies send. */
const MAX_HEADER_LINES = 200;

/**
 * What holds for every request before anything else: the headers of its answer, a path in its plain form, headers of which
 * none was left out, and a route, without which nothing of the request is read. Nothing of a route runs before it, neither
 * its guard. Has to be called before any other hook that refuses is added.
 */
export function checkEveryRequest(app: FastifyInstance): void {
  const methodsOf = findMethods(app);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(ANSWER_HEADERS);
    if (!isPlainPath(request.raw.url ?? '')) throw new Refusal('invalid_path');
    if (request.raw.rawHeaders.length > 2 * MAX_HEADER_LINES) {
      throw new Refusal('header_too_large', `The request has more than ${MAX_HEADER_LINES} header lines.`);
    }
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      void reply.header('connection', 'close'); // as Node does: who leaves it out speaks no HTTP/1.1
      throw new Refusal('invalid_request', 'The Host header is missing.');
    }
    if (request.is404) void answerUnrouted(request, reply, methodsOf(pathOf(request.url)));
    else done();
  });
  // Node would leave out what is beyond its own limit, and say nothing: how many there are is looked at above.
  app.server.maxHeadersCount = 0;
  // Node would answer an expectation that it does not know by itself, without our header. It need not be met.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
}

/** A path that has the method was not found for another reason: a part of it is too long. */
function answerUnrouted(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): FastifyReply {
  if (methods.length === 0 || methods.includes(request.method)) return answerNotFound(request, reply);
  void reply.header('allow', methods.join(', '));
  throw new Refusal('method_not_allowed');
}

/** Where scrapers are sent to. Some of them add a slash at the end. */
const SCRAPE_WITH_SLASH = /^(\/api\/metrics\/(?:prometheus|catalogues\/[A-Za-z0-9._~-]+))\/(?=\?|$)/;

/**
 * The target without a slash at the end of a scrape's path: one that answers as without. For any other path it stays, and
 * is refused. None of Grafana's proxy routes leads to a scrape, so there is nobody who could take the two for different.
 */
export function withoutScrapeSlash(target: string): string {
  return target.replace(SCRAPE_WITH_SLASH, '$1');
}

/** Segments of unreserved characters (RFC 3986), which every path of this interface is made of, and every id. */
const PLAIN = /^(?:\/|(?:\/[A-Za-z0-9._~-]+)+)$/;
const DOTS = /\/\.{1,2}(?=\/|$)/;
/** The form that a request to a proxy has; a server has to take it too (RFC 9112). */
const ORIGIN = /^https?:\/\/[^/?#]+/;

/**
 * Whether the path of a request is written in its one plain form: nothing encoded, no empty segment (so no slash twice or
 * at the end), no `.` and `..`, no backslash. Another form of a path could be one route to the proxy that decides by it
 * who may go on, and another one here.
 * @param target as it came over the wire, with its query
 */
export const isPlainPath = remember((target) => {
  const path = pathOf(target);
  return PLAIN.test(path) && !DOTS.test(path);
});

function pathOf(target: string): string {
  const [path = ''] = target.replace(ORIGIN, '').split('?', 1);
  return path;
}
