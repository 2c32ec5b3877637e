/** The audit log as the API shows, verifies and exports it. */
import Type, { type Static } from 'typebox';
import { auditEventNames, auditExportFormats, auditVias, type AuditExportFormat } from './audit-events.ts';
import { closed, Cursor, Limit, nullable, oneOf, queryText, Timestamp } from './schema.ts';

export const AuditEvent = Type.Object(
  {
    seq: Type.Integer(),
    id: Type.String(),
    at: Timestamp,
    event: oneOf(auditEventNames),
    actor: nullable(Type.String()),
    via: oneOf(auditVias),
    ip: nullable(Type.String()),
    target: nullable(Type.String()),
    details: Type.Record(Type.String(), Type.Unknown()),
    hash: Type.String(),
  },
  closed,
);
export type AuditEvent = Static<typeof AuditEvent>;

const filters = {
  event: Type.Optional(oneOf(auditEventNames)),
  actor: Type.Optional(queryText(300, 'exactly this name')),
  ip: Type.Optional(queryText(64, 'exactly this address')),
  target: Type.Optional(queryText(300, 'exactly this id of what it was done to')),
  from: Type.Optional(Timestamp),
  to: Type.Optional(Timestamp),
};

export const ListAuditQuery = Type.Object({ ...filters, limit: Limit, cursor: Type.Optional(Cursor) }, closed);
export type ListAuditQuery = Static<typeof ListAuditQuery>;
export const AuditList = Type.Object({ items: Type.Array(AuditEvent), nextCursor: nullable(Type.String()) }, closed);
export type AuditList = Static<typeof AuditList>;

export { auditExportFormats, type AuditExportFormat };
export const ExportAuditQuery = Type.Object({ format: oneOf(auditExportFormats), ...filters }, closed);
export type ExportAuditQuery = Static<typeof ExportAuditQuery>;

const Place = Type.Object({ seq: Type.Integer(), at: Timestamp }, closed);

/** What the backend knows of its own log's chain: it checks it at its start, daily, and whenever it is asked to. */
export const AuditVerification = Type.Object(
  {
    state: oneOf(['checking', 'intact', 'broken']),
    verifiedUpTo: nullable({
      ...Place,
      description: 'The last row of which it is known that nothing up to it was changed',
    }),
    checkedAt: nullable(Timestamp),
    removedUpTo: nullable({
      ...Place,
      description: 'Rows up to this one were removed by retention, behind a checkpoint',
    }),
    problem: nullable(Type.Object({ seq: Type.Integer(), problem: Type.String() }, closed)),
  },
  closed,
);
export type AuditVerification = Static<typeof AuditVerification>;
