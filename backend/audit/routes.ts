import { AuditList, ListAuditQuery } from '../../contract/api.ts';
import type { Routes } from '../app-types.ts';
import type { AuditLog } from './log.ts';

export const auditRoutes: Routes<{ audit: AuditLog }> = (app, { audit }, done) => {
  app.get(
    '/api/audit',
    {
      config: { permission: 'audit:read', group: 'api' },
      schema: { summary: 'The audit log, newest first', querystring: ListAuditQuery, response: { 200: AuditList } },
    },
    (request) => audit.list(request.query),
  );
  done();
};
