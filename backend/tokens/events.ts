import type { Actor, AuditLog } from '../audit/log.ts';
import type { Tx } from '../database/database.ts';
import type { ScrapeTokenRow } from '../database/schema.ts';
import type { Notice, Notify } from '../notifications/outbox.ts';
import type { AuditEventName } from '../../contract/audit-events.ts';

export type TokenEvent = Extract<AuditEventName, `token.${string}`>;

/** Tells what happens to tokens, inside the transaction of what it tells: both are kept or neither. */
export interface TokenEvents {
  /** Records the event in the audit log. */
  record(tx: Tx, event: TokenEvent, token: ScrapeTokenRow, actor: Actor, details?: object): Promise<void>;
  /** Tells administrators by the bell, whatever the alarm rules say. */
  ring(tx: Tx, kind: Notice['kind'], token: ScrapeTokenRow, notice: Words & Pick<Notice, 'at'>): Promise<void>;
}

type Words = Pick<Notice, 'severity' | 'title' | 'text'>;

/** What the bell says of an event. */
export const told = {
  'token.created': (name) => info('Scrape token created', `The scrape token “${name}” was created.`),
  'token.provisioned': (name) =>
    info('Scrape token provisioned', `The configuration brought in the scrape token “${name}”.`),
  'token.revoked': (name) => info('Scrape token revoked', `The scrape token “${name}” was revoked.`),
  'token.rotated': (name) => info('Scrape token rotated', `The scrape token “${name}” got a successor.`),
} as const satisfies Partial<Record<TokenEvent, (name: string) => Words>>;

export function createTokenEvents(audit: AuditLog, notify: Notify): TokenEvents {
  return {
    record: (tx, event, { id, name }, actor, details = {}) =>
      audit.record(tx, { event, actor, target: id, details: { name, ...details } }),
    ring: (tx, kind, { id }, notice) =>
      notify(tx, { ...notice, kind, audience: 'admin', tokenId: id, channels: ['bell'] }),
  };
}

function info(title: string, text: string): Words {
  return { severity: 'info', title, text };
}
