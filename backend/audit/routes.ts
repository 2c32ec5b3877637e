import { Readable } from 'node:stream';
import Type from 'typebox';
import {
  AuditList,
  AuditVerification,
  ExportAuditQuery,
  ListAuditQuery,
  NoBody,
  type AuditExportFormat,
} from '../../contract/api.ts';
import type { Routes } from '../http/validation.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { ExportAuditLog } from './export.ts';
import type { AuditLog } from './log.ts';
import type { AuditVerifier } from './background-verifier.ts';

export interface AuditRoutesOptions {
  readonly audit: AuditLog;
  readonly exportAudit: ExportAuditLog;
  readonly verifier: AuditVerifier;
  readonly clock: Clock;
}

const mediaTypes = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const satisfies Record<
  AuditExportFormat,
  string
>;

export const auditRoutes: Routes<AuditRoutesOptions> = (app, { audit, exportAudit, verifier, clock }, done) => {
  const read = { permission: 'audit:read', group: 'api' } as const;

  app.get(
    '/api/audit',
    {
      config: read,
      schema: {
        operationId: 'listAuditEvents',
        summary: 'The audit log, newest first',
        querystring: ListAuditQuery,
        response: { 200: AuditList },
      },
    },
    (request) => audit.list(request.query),
  );

  app.get(
    '/api/audit/export',
    {
      exposeHeadRoute: false, // it would be recorded as an export
      config: read,
      schema: {
        operationId: 'exportAuditLog',
        summary: 'What is filtered of the audit log, as a file, oldest first. The export is recorded',
        querystring: ExportAuditQuery,
        response: {
          200: {
            description: 'Rows up to the last one of the moment of the request',
            content: {
              [mediaTypes.csv]: { schema: Type.String() },
              [mediaTypes.ndjson]: { schema: Type.String({ description: 'An audit event on each line' }) },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { format } = request.query;
      const pieces = await exportAudit(request.query, request.caller.actor);
      const day = iso(clock.now()).slice(0, 10);
      return reply
        .header('content-type', `${mediaTypes[format]}; charset=utf-8`)
        .header('content-disposition', `attachment; filename="vitals-audit-${day}.${format}"`)
        .send(Readable.from(pieces, { objectMode: false }) as never);
    },
  );
  app.get(
    '/api/audit/verification',
    {
      config: read,
      schema: {
        operationId: 'getAuditVerification',
        summary: 'Whether the audit log’s chain is whole',
        response: { 200: AuditVerification },
      },
    },
    () => verifier.verification(),
  );

  app.post(
    '/api/audit/verification',
    {
      config: read,
      schema: {
        operationId: 'restartAuditVerification',
        summary: 'Verify the whole chain again, from its first row on',
        body: NoBody,
        response: { 200: AuditVerification },
      },
    },
    () => verifier.restart(),
  );

  done();
};
