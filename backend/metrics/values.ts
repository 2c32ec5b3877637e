/** Where the numbers of every family of the appliance come from. Those of Node.js itself are in `runtime.ts`. */
import { dropReasonNames } from '../../contract/appliance.ts';
import { scrapeRefusalReasonNames, type ScrapeRefusalReason } from '../../contract/audit-events.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { applianceFamilies, httpCodes, httpGroups, type HttpCode, type HttpGroup } from '../../contract/metrics.ts';
import type { MetricReader } from '../alarms/metric-reader.ts';
import { newAlarmState, tickAgeSeconds, type AlarmState } from '../alarms/state.ts';
import { alarmTotals } from '../alarms/store.ts';
import { eventCounts } from '../audit/store.ts';
import { newClickHouseState, type ClickHouseState } from '../clickhouse/state.ts';
import type { Database } from '../database/database.ts';
import { preparedTotals } from '../database/totals.ts';
import { newExporterState, type ExporterState } from '../exporters/state.ts';
import { singleValue, type FamilySnapshot } from '../exposition/text.ts';
import type { IngestPipeline } from '../ingest/pipeline.ts';
import type { Clock } from '../lib/clock.ts';
import {
  newNotificationState,
  newQuarantined,
  type NotificationState,
  type Quarantined,
} from '../notifications/state.ts';
import { queueDepth } from '../notifications/store.ts';
import { newPushState, type PushState } from '../push/state.ts';
import { newStorageState, type StorageState } from '../storage/free-space.ts';
import type { TokenService } from '../tokens/service.ts';

/** The appliance's numbers, read by the alarm engine and, where it exists, by the registry. */
export interface MetricValues extends MetricReader {
  readonly feeds: Feeds;
  // The plain state of the modules that know a number; they move it.
  readonly alarms: AlarmState;
  readonly clickhouse: ClickHouseState;
  /** Absent where there is no ingest. */
  ingest: Pick<IngestPipeline, 'quarantinedRows' | 'spool'> | undefined;
  readonly notifications: NotificationState;
  readonly quarantined: Quarantined;
  readonly exporters: ExporterState;
  readonly push: PushState;
  readonly storage: StorageState;
  /** Absent where the scrape endpoint is off. */
  endpoint: EndpointState | undefined;
}

/** What only the scrape endpoint counts. Counters start at zero with the process. */
export interface EndpointState {
  readonly authFailures: Record<ScrapeRefusalReason, number>;
  readonly http: Record<HttpGroup, Record<HttpCode, number>>;
}

export function newEndpointState(): EndpointState {
  return {
    authFailures: zeros(scrapeRefusalReasonNames),
    http: Object.fromEntries(httpGroups.map((group) => [group, zeros(httpCodes)])) as EndpointState['http'],
  };
}

/** Counters that are kept in the database count from this moment, as if they had started at zero with the process. */
export async function createMetricValues(
  database: Database,
  { tokens, clock, catalogueIds }: { tokens: TokenService; clock: Clock; catalogueIds: readonly string[] },
): Promise<MetricValues> {
  const alarms = newAlarmState();
  const clickhouse = newClickHouseState();
  const notifications = newNotificationState();
  const quarantined = newQuarantined();
  const exporters = newExporterState(catalogueIds);
  const push = newPushState();
  const storage = newStorageState();
  const startedAt = clock.monotonic();
  const processStart = createProcessStart(clock);

  const readTotals = preparedTotals(database);
  const first = await readTotals();
  const before = { events: eventCounts(first), transitions: alarmTotals(first).transitions };
  let byStatus = await tokens.counts(first);
  let events = since(before.events, before.events);
  /** The database and the times, in milliseconds since the Unix epoch, that the numbers above and the alarms' hold for. */
  let current = { version: NaN, from: 0, until: 0 };

  async function refresh(): Promise<void> {
    const now = clock.now();
    const version = await database.version();
    if (version === current.version && now >= current.from && now < current.until) return;
    const totals = await readTotals();
    byStatus = await tokens.counts(totals);
    events = since(before.events, eventCounts(totals));
    const { active, transitions } = alarmTotals(totals);
    alarms.active = active;
    alarms.transitions = since(before.transitions, transitions);
    notifications.queueDepth = queueDepth(totals);
    current = { version, from: now, until: await tokens.nextExpiry() };
  }

  // Histograms are told each observation instead: `clickhouseBatchInsert` by ClickHouse's state, `httpRequestDuration` by
  // the scrape plugin. `scrapeTokenExpiry` is the caller's, not the process's: `tokenExpiry` below.
  const feeds: Feeds = {
    buildInfo: () => 1,
    processStartTime: processStart,
    scrapeTokens: ({ status }) => byStatus[status],
    scrapeAuthFailures: ({ reason }) => values.endpoint?.authFailures[reason],
    httpRequests: ({ group, code }) => values.endpoint?.http[group][code],
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
    quarantined: ({ kind }) => (kind === 'ingest' ? (values.ingest?.quarantinedRows ?? 0) : quarantined.notification),
    storageLow: ({ folder }) => Number(storage[folder].isLow),
    ingestSpoolFill: () => (values.ingest ? fillOf(values.ingest.spool) : 0),
    catalogueSourceUp: ({ catalogue }) => toNumber(exporters.up.get(catalogue)),
    catalogueDropped: ({ catalogue, reason }) => exporters.dropped.get(catalogue)?.[reason] ?? 0,
    pushLastSuccess: () => push.lastSuccessAt && push.lastSuccessAt / 1000,
    pushFailures: ({ reason }) => push.failures[reason],
  };
  const values: MetricValues = {
    feeds,
    read: (key, labels) => (feeds[key] as AnyFeed | undefined)?.(labels),
    refresh,
    alarms,
    clickhouse,
    ingest: undefined,
    notifications,
    quarantined,
    exporters,
    push,
    storage,
    endpoint: undefined,
  };
  return values;
}

/**
 * When this process started, in seconds since the Unix epoch, by the wall clock as it is by now: at the start it may not have
 * been set yet. It stays the same number until the clock was set, by half a second or more.
 */
function createProcessStart(clock: Clock): () => number {
  const bornAt = clock.monotonic() - performance.now();
  let known = NaN;
  return () => {
    const start = (clock.now() - (clock.monotonic() - bornAt)) / 1000;
    if (!(Math.abs(start - known) < 0.5)) known = Math.round(start * 1000) / 1000;
    return known;
  };
}

/** `scrapeTokenExpiry`: when the token of this very scrape expires. */
export function tokenExpiry({ expiresAt }: { readonly expiresAt: number | null }): FamilySnapshot[] {
  return expiresAt === null ? [] : [singleValue(applianceFamilies.scrapeTokenExpiry, expiresAt / 1000)];
}

/** How the local exporter of a catalogue is, beside what came of it, where the catalogue has a route of its own. */
export function exporterFamilies({ catalogue }: DescribedCatalogue, { up, dropped }: ExporterState): FamilySnapshot[] {
  const { id, source } = catalogue;
  if (!source) return [];
  const counts = dropped.get(id);
  return [
    {
      family: applianceFamilies.catalogueSourceUp,
      series: [{ labels: { catalogue: id }, value: Number(up.get(id) ?? false) }],
    },
    {
      family: applianceFamilies.catalogueDropped,
      series: dropReasonNames.map((reason) => ({ labels: { catalogue: id, reason }, value: counts?.[reason] ?? 0 })),
    },
  ];
}

/** Never above 1: what is quarantined counts as used, too, and may be more than the room is. */
function fillOf({ usedBytes, maxBytes }: IngestPipeline['spool']): number {
  return Math.min(1, usedBytes / maxBytes);
}

function toNumber(isUp: boolean | undefined): number | undefined {
  return isUp === undefined ? undefined : Number(isUp);
}

function zeros<Key extends string>(keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;
}

function since<Key extends string>(before: Record<Key, number>, now: Record<Key, number>): Record<Key, number> {
  const keys = Object.keys(now) as Key[];
  return Object.fromEntries(keys.map((key) => [key, Math.max(0, now[key] - before[key])])) as Record<Key, number>;
}

type Appliance = typeof applianceFamilies;
type KeysOfType<T extends string> = {
  [K in keyof Appliance]: Appliance[K]['type'] extends T ? K : never;
}[keyof Appliance];

type ClosedLabels<F> = F extends { readonly combinations: readonly (infer Combination)[] }
  ? Combination
  : F extends { readonly labels: infer Labels }
    ? { readonly [L in keyof Labels]: Labels[L] extends readonly (infer Value)[] ? Value : string }
    : never;

/** Labels of an appliance family with its closed values. */
export type LabelsOf<K extends keyof Appliance> = ClosedLabels<Appliance[K]>;

/** Families that the registry reads at a scrape; the calling token's expiry is the caller's, not the process's. */
export type FeedKey = Exclude<KeysOfType<'gauge' | 'counter'>, 'scrapeTokenExpiry'>;
/** Families that are told each observation. */
export type HistogramKey = KeysOfType<'histogram'>;

/**
 * Where each family's numbers come from, read at every scrape. `undefined` makes a series absent where the family may
 * be (`absentWhen`), and is 0 elsewhere. A counter's feed never falls within a process' life. Must not throw.
 */
export type Feeds = { readonly [K in FeedKey]: (labels: LabelsOf<K>) => number | undefined };
type AnyFeed = (labels: Readonly<Record<string, string>>) => number | undefined;

type ConstantsIn<Labels> = {
  [L in keyof Labels]: Labels[L] extends { readonly constant: infer Name extends string } ? Name : never;
}[keyof Labels];
/** Names of the constants that the appliance's families use as label values. */
export type ConstantName = { [K in keyof Appliance]: ConstantsIn<Appliance[K]['labels']> }[keyof Appliance];
