import type { IncomingMessage } from 'node:http';
import { AcceptedReport, ReportParams, ReportQuery } from '../../contract/catalogue-api.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import type { Routes } from '../http/validation.ts';
import { limitInFlight, Refusal } from '../http/refusal.ts';
import { bytesOf, encodingOf, inflated, type BodyLimits } from '../http/request-body.ts';
import { parseMediaTypes } from '../exposition/negotiate.ts';
import type { Dialect } from '../exposition/text.ts';
import type { Reports } from './reports.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const limits: BodyLimits = {
  compressedBytes: MAX_BYTES,
  inflatedBytes: MAX_BYTES,
  tooLarge: 'report_too_large',
  broken: 'invalid_report',
};
/** Reports that are read at a time, of one credential half as many. Each holds some memory; whoever finds no place comes back. */
const MAX_AT_ONCE = 8;

export interface ReportRoutesOptions {
  readonly reports: Reports;
  readonly catalogues: readonly DescribedCatalogue[];
}

/** `POST /api/reports/:catalogue`: an exposition. In no HTTP family: its rate is nobody's business. */
export const reportRoutes: Routes<ReportRoutesOptions> = (app, { reports, catalogues }, done) => {
  const capped = limitInFlight(MAX_AT_ONCE);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));

  app.post(
    '/api/reports/:catalogue',
    {
      config: {
        permission: 'reports:write',
        refuses: [
          'invalid_report',
          'other_catalogue',
          'catalogue_not_found',
          'catalogue_has_source',
          'too_many_instances',
          'report_too_large',
        ],
        streamedBody: {
          mediaTypes: ['text/plain', 'application/openmetrics-text'],
          schema: { type: 'string', description: 'An exposition; gzip with Content-Encoding: gzip' },
        },
      },
      schema: {
        operationId: 'report',
        summary: 'Replace what an instance reports for a catalogue: text 0.0.4 or OpenMetrics 1.0',
        params: ReportParams,
        querystring: ReportQuery,
        response: { 200: AcceptedReport },
      },
    },
    async (request) => {
      const { catalogue: id } = request.params;
      if (request.caller.catalogue !== id) throw new Refusal('other_catalogue');
      const found = catalogues.find(({ catalogue }) => catalogue.id === id);
      if (!found) throw new Refusal('catalogue_not_found', 'The configuration names no such catalogue any more.');
      if (found.catalogue.source) throw new Refusal('catalogue_has_source');
      const dialect = dialectOf(request.headers['content-type']);
      return capped(request.caller.credentialId, async () => {
        const body = await gather(request.raw);
        return reports.accept(id, { instance: request.query.instance, body, dialect });
      });
    },
  );
  done();
};

async function gather(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of inflated(bytesOf(request), encodingOf(request), limits)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Some client libraries push without saying what it is: that is text. */
function dialectOf(contentType: string | undefined): Dialect {
  if (contentType === undefined) return 'text';
  const [media] = parseMediaTypes(contentType);
  const version = media?.parameters['version'];
  if (media?.type === 'text/plain' && [undefined, '0.0.4', '1.0.0'].includes(version)) return 'text';
  // 0.0.1 is what the client libraries called it before it was a standard, and Python's for years after.
  const isOpenMetrics = [undefined, '0.0.1', '1.0.0'].includes(version);
  if (media?.type === 'application/openmetrics-text' && isOpenMetrics) return 'openmetrics';
  throw new Refusal(
    'unsupported_media_type',
    'Send text/plain; version=0.0.4 or application/openmetrics-text; version=1.0.0.',
  );
}
