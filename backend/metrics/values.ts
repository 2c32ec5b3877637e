import { eventCounts } from '../audit/store.ts';
import { newSourceState, type SourceState } from '../catalogues/state.ts';
import { newAlarmState, tickAgeSeconds, type AlarmState } from '../alarms/state.ts';
import { alarmTotals } from '../alarms/store.ts';
import type { IngestPipeline } from '../ingest/pipeline.ts';
import { newClickHouseState, type ClickHouseState } from '../clickhouse/state.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import { preparedTotals } from '../database/totals.ts';
import {
  newNotificationState,
  newQuarantined,
  type NotificationState,
  type Quarantined,
} from '../notifications/state.ts';
import { queueDepth } from '../notifications/store.ts';
import { createNumbers, type Numbers } from './numbers.ts';
import { newPushState, type PushState } from '../push/state.ts';
import type { TokenService } from '../tokens/service.ts';

/** The plain state of the producers, and the numbers made of it. */
export interface Platform {
  readonly numbers: Numbers;
  readonly alarms: AlarmState;
  readonly clickhouse: ClickHouseState;
  /** Absent where there is no ingest. */
  ingest: Pick<IngestPipeline, 'quarantinedRows' | 'spool'> | undefined;
  readonly notifications: NotificationState;
  readonly quarantined: Quarantined;
  readonly sources: SourceState;
  readonly push: PushState;
}

/** Counters that are kept in the database count from this moment, as if they had started at zero with the process. */
export async function createPlatform(
  database: Database,
  { tokens, clock, sourceIds }: { tokens: TokenService; clock: Clock; sourceIds: readonly string[] },
): Promise<Platform> {
  const alarms = newAlarmState();
  const clickhouse = newClickHouseState();
  const notifications = newNotificationState();
  const quarantined = newQuarantined();
  const sources = newSourceState(sourceIds);
  const push = newPushState();
  const startedAt = clock.monotonic();

  const readTotals = preparedTotals(database);
  const first = await readTotals();
  const before = { events: eventCounts(first), transitions: alarmTotals(first).transitions };
  let byStatus = await tokens.counts(first);
  let events = since(before.events, before.events);

  async function refresh(): Promise<void> {
    const totals = await readTotals();
    byStatus = await tokens.counts(totals);
    events = since(before.events, eventCounts(totals));
    const { active, transitions } = alarmTotals(totals);
    alarms.active = active;
    alarms.transitions = since(before.transitions, transitions);
    notifications.queueDepth = queueDepth(totals);
  }

  const numbers = createNumbers(
    {
      scrapeTokens: ({ status }) => byStatus[status],
      auditEvents: ({ event }) => events[event],
      alarmsActive: ({ severity }) => alarms.active[severity],
      alarmsStateTransitions: ({ from, to }) => alarms.transitions[`${from}>${to}`],
      alarmEngineTickAge: () => tickAgeSeconds(alarms, clock.monotonic()) ?? (clock.monotonic() - startedAt) / 1000,
      alarmEngineLastTick: () => alarms.lastTickAt / 1000,
      notificationsDelivered: ({ channel, result }) => notifications.delivered[channel][result],
      notificationQueueDepth: () => notifications.queueDepth,
      vectorCircuitBreakerOpen: () => (notifications.breakerOpen ? 1 : 0),
      clickhouseUp: () => clickhouse.probe && Number(clickhouse.probe.up),
      clickhouseQueryErrors: ({ operation }) => clickhouse.errors[operation],
      quarantined: ({ kind }) =>
        kind === 'ingest' ? (platform.ingest?.quarantinedRows ?? 0) : quarantined.notification,
      ingestSpoolFill: () => (platform.ingest ? fillOf(platform.ingest.spool) : 0),
      catalogueSourceUp: ({ catalogue }) => toNumber(sources.up.get(catalogue)),
      catalogueDropped: ({ catalogue, reason }) => sources.dropped.get(catalogue)?.[reason] ?? 0,
      pushLastSuccess: () => push.lastSuccessAt && push.lastSuccessAt / 1000,
      pushFailures: ({ reason }) => push.failures[reason],
    },
    refresh,
  );
  const platform: Platform = {
    numbers,
    alarms,
    clickhouse,
    ingest: undefined,
    notifications,
    quarantined,
    sources,
    push,
  };
  return platform;
}

/** Never above 1: what was set aside counts as used, too, and may be more than the room is. */
function fillOf({ usedBytes, maxBytes }: IngestPipeline['spool']): number {
  return Math.min(1, usedBytes / maxBytes);
}

function toNumber(isUp: boolean | undefined): number | undefined {
  return isUp === undefined ? undefined : Number(isUp);
}

function since<Key extends string>(before: Record<Key, number>, now: Record<Key, number>): Record<Key, number> {
  const keys = Object.keys(now) as Key[];
  return Object.fromEntries(keys.map((key) => [key, Math.max(0, now[key] - before[key])])) as Record<Key, number>;
}
