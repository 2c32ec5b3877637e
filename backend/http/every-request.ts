import type { FastifyInstance } from 'fastify';
import { API_VERSION, MARKER_HEADER } from '../../contract/marker.ts';
import { isPlainPath } from './plain-path.ts';
import { Refusal } from './refusal.ts';

/**
 * What holds for every request before anything else, also where there is no such route: the marker, and a path in its
 * plain form. Nothing of a route runs before it, neither its guard. Has to be called before any other hook is added.
 */
export function meetEveryRequest(app: FastifyInstance): void {
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
