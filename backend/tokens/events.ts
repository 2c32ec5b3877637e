import type { Actor, AuditLog } from '../audit/log.ts';
import type { Tx } from '../database/database.ts';
import type { ScrapeTokenRow } from '../database/schema.ts';
import { noticeRules, type Notice, type Notify } from '../notifications/outbox.ts';
import type { TokenNotice } from '../../contract/alarms.ts';
import type { AuditEventName } from '../../contract/audit-events.ts';
import { severities } from '../../contract/metrics.ts';

export type TokenEvent = Extract<AuditEventName, `token.${string}`>;

/** Tells what happens to tokens, inside the transaction of what it tells: both are kept or neither. */
export interface TokenEvents {
  /** Records the event in the audit log. */
  record(tx: Tx, event: TokenEvent, token: ScrapeTokenRow, actor: Actor, details?: object): Promise<void>;
  /** Tells administrators, on the channels of the rules that want it told. */
  ring(tx: Tx, kind: TokenNotice, token: ScrapeTokenRow, notice: Words & Pick<Notice, 'at'>): Promise<void>;
}

type Words = Pick<Notice, 'severity' | 'title' | 'text'>;

/** What is said of an event. */
export const notificationTexts = {
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
    async ring(tx, kind, { id }, notice) {
      for (const { severity, channels } of await noticeRules(tx, kind)) {
        const heavier = severities.find((each) => each === severity || each === notice.severity) ?? severity;
        await notify(tx, { ...notice, severity: heavier, kind, audience: 'admin', tokenId: id, channels });
      }
    },
  };
}

function info(title: string, text: string): Words {
  return { severity: 'info', title, text };
}
