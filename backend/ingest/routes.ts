import { Accepted, IngestHeaders, ingestStreamNames } from '../../contract/ingest.ts';
import type { Routes } from '../http/validation.ts';
import { limitInFlight } from '../http/refusal.ts';
import { bytesOf, encodingOf, drainThenDestroy } from '../http/request-body.ts';
import type { Accept } from './spool/accept.ts';

const NDJSON = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'];
/** Requests that are read at a time. Each holds some memory; collectors that find no place come back. */
const MAX_AT_ONCE = 64;

/** `POST /api/ingest/…`: rows as NDJSON. In no HTTP family: their rate would tell the traffic's volume. */
export const ingestRoutes: Routes<{ accept: Accept }> = (app, { accept }, done) => {
  const capped = limitInFlight(MAX_AT_ONCE);
  app.removeAllContentTypeParsers();
  // The body goes to the spool as it comes, and is not gathered before.
  app.addContentTypeParser(NDJSON, (_request, _payload, parsed) => parsed(null));

  for (const stream of ingestStreamNames) {
    app.post(
      `/api/ingest/${stream}`,
      {
        config: { permission: 'ingest:write' },
        schema: {
          summary: `Rows for ${stream}, one JSON object a line`,
          consumes: NDJSON,
          headers: IngestHeaders,
          response: { 202: Accepted },
        },
      },
      async (request, reply) => {
        const encoding = encodingOf(request.raw);
        return capped(async () => {
          try {
            const { credentialId } = request.caller;
            const idempotencyKey = request.headers['idempotency-key'];
            const accepted = await accept({ stream, credentialId, idempotencyKey, encoding }, bytesOf(request.raw));
            return await reply.code(202).send(accepted);
          } finally {
            drainThenDestroy(request.raw);
          }
        });
      },
    );
  }
  done();
};
