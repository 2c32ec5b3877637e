import { dateMath, dateTime, type DateTime, type TimeRange } from '@grafana/data';
import type { ListAuditQuery } from '../../contract/api.ts';
import { auditEventNames, type AuditEventName } from '../../contract/audit-events.ts';
import type { ParamsFormat } from '../ui/usePageParams.ts';

/** What is asked of the log. Times stand as Grafana writes them: `now-6h`, or ISO 8601; empty: no limit. */
export interface AuditParams {
  readonly event: AuditEventName | undefined;
  readonly actor: string;
  readonly ip: string;
  readonly from: string;
  readonly to: string;
}

export const everything: AuditParams = { event: undefined, actor: '', ip: '', from: '', to: '' };

export const ACTOR_MAX_LENGTH = 300;
export const IP_MAX_LENGTH = 64;

export const auditParams: ParamsFormat<AuditParams> = {
  parse: (params) => ({
    event: auditEventNames.find((name) => name === params.get('event')),
    actor: (params.get('actor') ?? '').slice(0, ACTOR_MAX_LENGTH),
    ip: (params.get('ip') ?? '').slice(0, IP_MAX_LENGTH),
    from: readTime(params.get('from')),
    to: readTime(params.get('to')),
  }),
  format: ({ event, actor, ip, from, to }) => ({ event, actor, ip, from, to }),
};

function readTime(text: string | null): string {
  return text && momentOf(text, false) ? text : '';
}

/** The moment that is meant, now. */
function momentOf(text: string, isEnd: boolean): DateTime | undefined {
  const moment = dateMath.isMathString(text) ? dateMath.parse(text, isEnd) : dateTime(text);
  return moment?.isValid() ? moment : undefined;
}

export type AuditFilters = Omit<ListAuditQuery, 'limit' | 'cursor'>;

/** The same as the API asks for it, with relative times counted from now. An end at `now` stays open. */
export function filtersOf({ event, actor, ip, from, to }: AuditParams): AuditFilters {
  return {
    event,
    actor: actor || undefined,
    ip: ip || undefined,
    from: momentOf(from, false)?.toISOString(),
    to: to === 'now' ? undefined : momentOf(to, true)?.toISOString(),
  };
}

/** The times as Grafana's picker takes them; invalid ones stand for no limit. */
export function timeRangeOf({ from, to }: AuditParams): TimeRange {
  const none = dateTime(null);
  const start = momentOf(from, false) ?? none;
  const end = momentOf(to, true) ?? none;
  const raw = (text: string, moment: DateTime) => (dateMath.isMathString(text) ? text : moment);
  return { from: start, to: end, raw: { from: raw(from, start), to: raw(to, end) } };
}

/** What was chosen in Grafana's picker, as it stands in the address. */
export function timesOf({ raw }: TimeRange): Pick<AuditParams, 'from' | 'to'> {
  return { from: textOf(raw.from), to: textOf(raw.to) };
}

function textOf(time: DateTime | string): string {
  if (typeof time === 'string') return time;
  return time.isValid() ? time.toISOString() : '';
}
