import { Accepted, IngestHeaders, ingestStreamNames, ingestStreams, type IngestStream } from '../../contract/ingest.ts';
import type { Routes } from '../http/validation.ts';
import { limitInFlight } from '../http/refusal.ts';
import { bytesOf, encodingOf } from '../http/request-body.ts';
import type { Accept } from './spool/accept.ts';

const NDJSON = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'];
/** Requests that are read at a time, of one credential half as many. Each holds some memory; collectors that find no place come back. */
const MAX_AT_ONCE = 64;

const operationIds = {
  'dhcp-events': 'ingestDhcpEvents',
  'counter-stats': 'ingestCounterStats',
  'set-stats': 'ingestSetStats',
} as const satisfies Record<IngestStream, string>;

const linesOf = (stream: IngestStream) => ({
  type: 'string',
  description: 'One JSON object a line; gzip with Content-Encoding: gzip',
  contentMediaType: 'application/x-ndjson',
  contentSchema: ingestStreams[stream],
});

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
        config: {
          permission: 'ingest:write',
          refuses: ['invalid_rows', 'ingest_too_large', 'idempotency_key_reused', 'spool_full'],
          streamedBody: { mediaTypes: NDJSON, schema: linesOf(stream) },
        },
        schema: {
          operationId: operationIds[stream],
          summary: `Rows for ${stream}, one JSON object a line`,
          headers: IngestHeaders,
          response: { 202: Accepted },
        },
      },
      async (request, reply) => {
        const encoding = encodingOf(request.raw);
        const { credentialId } = request.caller;
        return capped(credentialId, async () => {
          const idempotencyKey = request.headers['idempotency-key'];
          const accepted = await accept({ stream, credentialId, idempotencyKey, encoding }, bytesOf(request.raw));
          return reply.code(202).send(accepted);
        });
      },
    );
  }
  done();
};
