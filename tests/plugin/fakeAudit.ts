import type { AuditEvent, AuditVerification } from '../../contract/api.ts';
import { nextNumber, ok, paged, type Answer, type Call } from './fakeReplies.ts';

export interface AuditState {
  /** Newest first. */
  readonly audit: AuditEvent[];
  verification: AuditVerification;
}

export function fakeAudit(state: AuditState, { id, query }: Call): Answer {
  const found = state.audit.filter(matches(query));
  if (id === 'verification') return ok(state.verification);
  if (id !== 'export') return ok(paged(found, query));
  return { status: 200, answer: found.map((row) => JSON.stringify(row)).join('\n'), text: 'application/x-ndjson' };
}

const matches = (query: URLSearchParams) => (row: AuditEvent) =>
  (query.get('event') ?? row.event) === row.event &&
  (query.get('actor') ?? row.actor) === row.actor &&
  (query.get('ip') ?? row.ip) === row.ip &&
  (query.get('from') ?? row.at) <= row.at &&
  (query.get('to') ?? row.at) >= row.at;

export function intact(own: Partial<AuditVerification> = {}): AuditVerification {
  return {
    state: 'intact',
    verifiedUpTo: { seq: 1204, at: '2026-11-20T09:58:00Z' },
    checkedAt: '2026-11-20T09:59:00Z',
    removedUpTo: null,
    problem: null,
    ...own,
  };
}

export function makeAuditEvent(own: Partial<AuditEvent> = {}): AuditEvent {
  const seq = nextNumber();
  return {
    seq,
    id: `aud${seq}`,
    at: '2026-11-20T09:00:00Z',
    event: 'token.created',
    actor: 'ada',
    via: 'grafana',
    ip: '10.0.0.5',
    target: 'tok1',
    details: { name: 'Production Prometheus' },
    hash: 'a'.repeat(64),
    ...own,
  };
}
