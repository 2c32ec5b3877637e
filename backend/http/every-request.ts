import type { FastifyInstance } from 'fastify';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import { remember } from '../lib/remember.ts';
import { Refusal } from './refusal.ts';

/**
 * What holds for every request before anything else, also where there is no such route: the marker, and a path in its
 * plain form. Nothing of a route runs before it, neither its guard. Has to be called before any other hook is added.
 */
export function checkEveryRequest(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header(MARKER_HEADER, API_VERSION);
    if (!isPlainPath(request.raw.url ?? '')) throw new Refusal('invalid_path');
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      void reply.header('connection', 'close'); // as Node does: who leaves it out speaks no HTTP/1.1
      throw new Refusal('invalid_request', 'The Host header is missing.');
    }
    done();
  });
  // Node would answer an expectation that it does not know by itself, without our header. It need not be met.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
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
  const [path = ''] = target.replace(ORIGIN, '').split('?', 1);
  return PLAIN.test(path) && !DOTS.test(path);
});
