import type { Actor, AuditLog } from '../../audit/log.ts';
import type { Tx } from '../../database/database.ts';
import type { ScrapeTokenRow } from '../../database/schema.ts';
import { iso } from '../../lib/clock.ts';
import { noticeRules, type Notice, type Notify } from '../../notifications/outbox.ts';
import type { TokenNotice } from '../../../contract/alarms.ts';
import type { AuditEventName } from '../../../contract/audit-events.ts';
import { severities } from '../../../contract/metrics.ts';
import { cataloguesOf } from './token.ts';

export type TokenEvent = Extract<AuditEventName, `token.${string}`>;

/** Reports what happens to tokens, inside the transaction of the change: both are kept or neither. */
export interface TokenEvents {
  /** Records the event in the audit log. */
  record(tx: Tx, event: TokenEvent, token: ScrapeTokenRow, actor: Actor, details?: object): Promise<void>;
  /** Records that a token was created, with what it was given. */
  recordCreated(tx: Tx, token: ScrapeTokenRow, actor: Actor): Promise<void>;
  /** Notifies administrators, on the channels of the rules that ask for it. */
  notify(
    tx: Tx,
    kind: TokenNotice,
    token: ScrapeTokenRow,
    notice: NotificationText & Pick<Notice, 'at'>,
  ): Promise<void>;
}

type NotificationText = Pick<Notice, 'severity' | 'title' | 'text'>;

/** What the notification of an event says. */
export const notificationTexts = {
  'token.created': (name) => info('Scrape token created', `The scrape token “${name}” was created.`),
  'token.provisioned': (name) =>
    info('Scrape token provisioned', `The configuration brought in the scrape token “${name}”.`),
  'token.revoked': (name) => info('Scrape token revoked', `The scrape token “${name}” was revoked.`),
  'token.rotated': (name) => info('Scrape token rotated', `The scrape token “${name}” got a successor.`),
} as const satisfies Partial<Record<TokenEvent, (name: string) => NotificationText>>;

export function createTokenEvents(audit: AuditLog, notify: Notify): TokenEvents {
  const record: TokenEvents['record'] = (tx, event, { id, name }, actor, details = {}) =>
    audit.record(tx, { event, actor, target: id, details: { name, ...details } });
  return {
    record,
    recordCreated(tx, token, actor) {
      const { predecessor_id: predecessor } = token;
      const given = { expiresAt: iso(token.expires_at), catalogues: cataloguesOf(token) };
      return record(tx, 'token.created', token, actor, { ...given, ...(predecessor !== null && { predecessor }) });
    },
    async notify(tx, kind, { id }, notice) {
      for (const { severity, channels } of await noticeRules(tx, kind)) {
        const heavier = severities.find((each) => each === severity || each === notice.severity) ?? severity;
        await notify(tx, { ...notice, severity: heavier, kind, audience: 'admin', tokenId: id, channels });
      }
    },
  };
}

function info(title: string, text: string): NotificationText {
  return { severity: 'info', title, text };
}
