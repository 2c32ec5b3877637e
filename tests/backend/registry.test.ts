import perfHooks from 'node:perf_hooks';
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { register as globalRegister } from 'prom-client';
import { afterEach, expect, test, vi } from 'vitest';
import { labelSets } from '../../contract/catalogue-model.ts';
import { applianceFamilies, catalogue, runtimeFamilies } from '../../contract/metrics.ts';
import type { Snapshot } from '../../backend/exposition/text.ts';
import { closedSets, fedFamily } from '../../backend/metrics/families.ts';
import { createRegistry, type MetricsRegistry, type RegistryOptions } from '../../backend/metrics/registry.ts';
import { closeFamily } from '../../backend/metrics/runtime-families.ts';
import { nodeConstants } from '../../backend/lib/release.ts';
import { dummyConstants, dummyFeeds } from './dummy-feeds.ts';

const open: MetricsRegistry[] = [];
afterEach(() => {
  for (const registry of open.splice(0)) registry.close();
  vi.restoreAllMocks();
});

function start(options: Partial<RegistryOptions> = {}): MetricsRegistry {
  const registry = createRegistry({ feeds: dummyFeeds(), constants: dummyConstants, ...options });
  open.push(registry);
  return registry;
}

function seriesOf(snapshot: Snapshot, name: string) {
  return snapshot.find(({ family }) => family.name === name)?.series ?? [];
}

function valueOf(snapshot: Snapshot, name: string, labels: Record<string, string> = {}): number | undefined {
  for (const one of seriesOf(snapshot, name)) {
    const fits = Object.entries(labels).every(([label, value]) => one.labels[label] === value);
    if (fits && 'value' in one) return one.value;
  }
  return undefined;
}

function countOf(snapshot: Snapshot, name: string): number {
  return seriesOf(snapshot, name).reduce((sum, one) => sum + ('counts' in one ? (one.counts.at(-1) ?? 0) : 0), 0);
}

test('every label set of every family exists from the first scrape, and no other', async () => {
  const snapshot = await start({ feeds: dummyFeeds({ auditEvents: () => undefined }) }).snapshot();
  const constants = { ...dummyConstants, ...nodeConstants };
  for (const [key, family] of Object.entries(catalogue.families)) {
    if (key === 'scrapeTokenExpiry') continue;
    const closed = labelSets(family, constants);
    const shown = seriesOf(snapshot, family.name).map(({ labels }) => labels);
    if ('absentWhen' in family) expect(closed).toEqual(expect.arrayContaining(shown));
    else expect(shown).toEqual(closed);
  }
});

test("the snapshot has the contract's families in its order, without the caller's own", async () => {
  const snapshot = await start().snapshot();
  const names = Object.values(catalogue.families).map(({ name }) => name);
  expect(snapshot.map(({ family }) => family.name)).toEqual(
    names.filter((name) => name !== applianceFamilies.scrapeTokenExpiry.name),
  );
});

test('gauges and counters show what their feeds say at the scrape, up or down', async () => {
  const state = { active: 3, created: 5 };
  const registry = start({
    feeds: dummyFeeds({
      scrapeTokens: ({ status }) => (status === 'active' ? state.active : undefined),
      auditEvents: ({ event }) => (event === 'token.created' ? state.created : 0),
    }),
  });
  const first = await registry.snapshot();
  Object.assign(state, { active: 2, created: 9 });
  const second = await registry.snapshot();
  const read = (snapshot: Snapshot) => [
    valueOf(snapshot, 'dhcp_dpi_scrape_tokens', { status: 'active' }),
    valueOf(snapshot, 'dhcp_dpi_scrape_tokens', { status: 'revoked' }),
    valueOf(snapshot, 'dhcp_dpi_audit_events_total', { event: 'token.created' }),
    valueOf(snapshot, 'dhcp_dpi_audit_events_total', { event: 'token.revoked' }),
  ];
  expect([read(first), read(second)]).toEqual([
    [3, 0, 5, 0],
    [2, 0, 9, 0],
  ]);
});

test('a series whose feed says nothing is absent where its family may be, and comes back', () => {
  const gauge = {
    name: 'demo_age_seconds',
    type: 'gauge',
    help: 'Age.',
    labels: {},
    absentWhen: 'it never ran',
  } as const;
  const families = [
    gauge,
    { ...gauge, name: 'demo_runs_total', type: 'counter', labels: { kind: ['a', 'b'] } } as const,
  ];
  const state: { value: number | undefined } = { value: 1 };
  const live = families.map((family) =>
    fedFamily(family, closedSets(family, {}), ({ kind }) => (kind === 'b' ? 0 : state.value)),
  );
  const shown = () => live.map((one) => one.read().series.map((series) => ('value' in series ? series.value : NaN)));
  expect(shown()).toEqual([[1], [1, 0]]);
  state.value = undefined;
  expect(shown()).toEqual([[], [0]]);
  state.value = 2;
  expect(shown()).toEqual([[2], [2, 0]]);
});

test('a histogram counts each observation in its series and in every bucket above it', async () => {
  const registry = start();
  for (const seconds of [0.001, 0.02, 0.3, 60]) registry.observe('httpRequestDuration', { group: 'api' }, seconds);
  const series = seriesOf(await registry.snapshot(), 'dhcp_dpi_http_request_duration_seconds');
  expect(series).toEqual([
    { labels: { group: 'scrape' }, counts: new Array<number>(13).fill(0), sum: 0 },
    { labels: { group: 'api' }, counts: [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4], sum: 60.321 },
  ]);
});

test('an observation outside the contract is refused and leaves nothing behind', async () => {
  const registry = start();
  const before = seriesOf(await registry.snapshot(), 'dhcp_dpi_http_request_duration_seconds');
  // @ts-expect-error -- `ingest` is not a group
  expect(() => registry.observe('httpRequestDuration', { group: 'ingest' }, 1)).toThrow(TypeError);
  // @ts-expect-error -- the group is missing
  expect(() => registry.observe('httpRequestDuration', {}, 1)).toThrow(TypeError);
  const wider = { group: 'api', mac: '00:11:22:33:44:55' } as const;
  expect(() => registry.observe('httpRequestDuration', wider, 1)).toThrow(TypeError);
  // @ts-expect-error -- not a histogram
  expect(() => registry.observe('auditEvents', { event: 'token.created' }, 1)).toThrow(TypeError);
  expect(() => registry.observe('httpRequestDuration', { group: 'api' }, NaN)).toThrow(TypeError);
  expect(seriesOf(await registry.snapshot(), 'dhcp_dpi_http_request_duration_seconds')).toEqual(before);
});

test('feeds are exhaustive and typed by the contract', () => {
  // @ts-expect-error -- every feed is missing
  const none: RegistryOptions['feeds'] = {};
  // @ts-expect-error -- `paused` is not a status
  const wrong = dummyFeeds({ scrapeTokens: ({ status }) => (status === 'paused' ? 1 : 0) });
  // @ts-expect-error -- the commit is missing
  const constants: RegistryOptions['constants'] = { version: '1', goVersion: 'none', catalogueSources: [] };
  expect([none, wrong, constants]).toHaveLength(3);
});

test('a counter that is fed nonsense fails the scrape by name rather than showing it', async () => {
  for (const nonsense of [-1, NaN, Infinity]) {
    const registry = start({ feeds: dummyFeeds({ auditEvents: () => nonsense }) });
    await expect(registry.snapshot()).rejects.toThrow('dhcp_dpi_audit_events_total');
  }
});

test('an empty constant is refused at the start: its label would be missing on the wire', () => {
  expect(() => start({ constants: { ...dummyConstants, goVersion: '' } })).toThrow('goVersion');
});

test('values that the contract does not have are dropped; what is missing is 0, or absent where that is allowed', () => {
  const spaces = closeFamily(runtimeFamilies.heapSpaceUsed, nodeConstants);
  const { series } = spaces.snapshot([
    { labels: { space: 'new' }, value: 7 },
    { labels: { space: 'brand_new' }, value: 8 },
    { labels: { space: 'old', mac: '00:11:22:33:44:55' }, value: 9 },
    { labels: {}, value: 10 },
  ]);
  expect(series).toEqual([{ labels: { space: 'new' }, value: 7 }]);
  const startTime = closeFamily(runtimeFamilies.processStart, nodeConstants);
  expect(startTime.snapshot([]).series).toEqual([{ labels: {}, value: 0 }]);
  const gc = closeFamily(runtimeFamilies.gcDuration, nodeConstants);
  const kinds = gc.snapshot([
    { metricName: 'nodejs_gc_duration_seconds_bucket', labels: { kind: 'major', le: 0.01 }, value: 2 },
    { metricName: 'nodejs_gc_duration_seconds_bucket', labels: { kind: 'undefined', le: 0.01 }, value: 3 },
    { metricName: 'nodejs_gc_duration_seconds_bucket', labels: { kind: 'minor', le: 0.02 }, value: 4 },
  ]).series;
  expect(kinds.map((one) => ({ ...one.labels, ...('counts' in one && { counts: one.counts.join() }) }))).toEqual([
    { kind: 'major', counts: '0,2,0,0,0,0,0' },
    { kind: 'minor', counts: '0,0,0,0,0,0,0' },
    { kind: 'incremental', counts: '0,0,0,0,0,0,0' },
    { kind: 'weakcb', counts: '0,0,0,0,0,0,0' },
  ]);
});

test('a snapshot cannot be changed, and what happens later does not change it', async () => {
  const state = { created: 1 };
  const registry = start({ feeds: dummyFeeds({ auditEvents: () => state.created }) });
  const snapshot = await registry.snapshot();
  const copy = structuredClone(snapshot);
  state.created = 2;
  registry.observe('httpRequestDuration', { group: 'api' }, 1);
  await registry.snapshot();
  expect(snapshot).toEqual(copy);
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect(Object.isFrozen(snapshot) && snapshot.every(({ series }) => frozen(series))).toBe(true);
});

test('a family is made again only when one of its numbers changed', async () => {
  const state = { created: 1 };
  const registry = start({
    feeds: dummyFeeds({ auditEvents: ({ event }) => (event === 'token.created' ? state.created : 0) }),
    now: () => 0,
  });
  const first = await registry.snapshot();
  expect(await registry.snapshot()).toBe(first);
  state.created = 2;
  registry.observe('httpRequestDuration', { group: 'api' }, 1);
  const second = await registry.snapshot();
  const made = second.filter((one, position) => one !== first[position]).map(({ family }) => family.name);
  expect(made).toEqual(['dhcp_dpi_audit_events_total', 'dhcp_dpi_http_request_duration_seconds']);
});

test('a feed that fails halfway hides nothing from the snapshot after it', async () => {
  const state = { value: 1, fails: false };
  const registry = start({
    feeds: dummyFeeds({ auditEvents: ({ event }) => (state.fails && event === 'token.revoked' ? NaN : state.value) }),
  });
  await registry.snapshot();
  Object.assign(state, { value: 2, fails: true });
  await expect(registry.snapshot()).rejects.toThrow('dhcp_dpi_audit_events_total');
  state.fails = false;
  expect(valueOf(await registry.snapshot(), 'dhcp_dpi_audit_events_total', { event: 'token.created' })).toBe(2);
});

test('overlapping snapshots each see the moment they were asked at', async () => {
  const state = { created: 1 };
  const registry = start({ feeds: dummyFeeds({ auditEvents: () => state.created }) });
  const asked = [1, 2, 3].map((created) => {
    state.created = created;
    registry.observe('httpRequestDuration', { group: 'api' }, 1);
    return registry.snapshot();
  });
  const snapshots = await Promise.all(asked);
  const seen = snapshots.map((one) => valueOf(one, 'dhcp_dpi_audit_events_total', { event: 'token.revoked' }));
  expect(seen).toEqual([1, 2, 3]);
  expect(snapshots.map((one) => countOf(one, 'dhcp_dpi_http_request_duration_seconds'))).toEqual([1, 2, 3]);
});

test('the runtime is sampled at most once a second, the appliance at every scrape', async () => {
  const clock = { ms: 5_000 };
  const usage = vi.spyOn(process, 'cpuUsage');
  const registry = start({ now: () => clock.ms });
  usage.mockClear();
  await Promise.all([registry.snapshot(), registry.snapshot()]);
  clock.ms += 999;
  await registry.snapshot();
  expect(usage).toHaveBeenCalledTimes(1);
  clock.ms += 1;
  await registry.snapshot();
  expect(usage).toHaveBeenCalledTimes(2);
});

test('every runtime value is a number that was measured, even before the event loop turned', async () => {
  const snapshot = await start().snapshot();
  for (const { family, series } of snapshot.filter(({ family }) => family.name.startsWith('nodejs_eventloop'))) {
    expect(
      series.map((one) => ('value' in one ? one.value : NaN)),
      family.name,
    ).toEqual([0]);
  }
  expect(valueOf(snapshot, 'nodejs_version_info', { version: process.version })).toBe(1);
  expect(valueOf(snapshot, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  expect(valueOf(snapshot, 'nodejs_heap_space_size_total_bytes', { space: 'old' })).toBeGreaterThan(0);
});

test('garbage collections that are reported together are all counted', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const clock = { ms: 0 };
  const registry = start({ now: () => clock.ms });
  const reported = new Promise<number>((resolve) => {
    const observer = new perfHooks.PerformanceObserver((list) => {
      observer.disconnect();
      resolve(list.getEntries().length);
    });
    observer.observe({ entryTypes: ['gc'] });
  });
  for (let i = 0; i < 5; i++) collect();
  const expected = await reported;
  expect(expected).toBeGreaterThanOrEqual(5);
  clock.ms += 1000;
  expect(countOf(await registry.snapshot(), 'nodejs_gc_duration_seconds')).toBeGreaterThanOrEqual(expected);
});

test('closing stops the monitors that it started, once, and leaves perf_hooks as it was', () => {
  const histogram = Object.getPrototypeOf(perfHooks.monitorEventLoopDelay()) as perfHooks.IntervalHistogram;
  const disable = vi.spyOn(histogram, 'disable');
  const disconnect = vi.spyOn(perfHooks.PerformanceObserver.prototype, 'disconnect');
  const before = { ...perfHooks };
  const registry = start();
  expect({ ...perfHooks }).toEqual(before);
  registry.close();
  registry.close();
  expect(disable).toHaveBeenCalledTimes(1);
  expect(disconnect).toHaveBeenCalledTimes(1);
});

test('two registries share nothing, and the global register stays empty', async () => {
  const [one, other] = [start(), start()];
  one.observe('httpRequestDuration', { group: 'api' }, 1);
  expect(countOf(await one.snapshot(), 'dhcp_dpi_http_request_duration_seconds')).toBe(1);
  expect(countOf(await other.snapshot(), 'dhcp_dpi_http_request_duration_seconds')).toBe(0);
  expect(globalRegister.getMetricsAsArray()).toEqual([]);
});
