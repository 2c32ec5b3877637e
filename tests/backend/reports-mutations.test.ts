import { Counter, Gauge, Histogram, Registry, type RegistryContentType } from 'prom-client';
import { expect, test } from 'vitest';
import { labelSets, type Family } from '../../contract/catalogue-model.ts';
import { applianceFamilies } from '../../contract/appliance.ts';
import { Refusal } from '../../backend/http/refusal.ts';
import type { ValidationOptions } from '../../backend/reports/validate/accepted.ts';
import { createRenderer } from '../../backend/exposition/renderer.ts';
import type { Series } from '../../backend/exposition/text.ts';
import { describedOf, faultsOf, inventoryFamilies, read, textOf } from './reports-fixture.ts';

const RUNS = 6_000;
const TIMEOUT = 120_000;
const SHORT = 12;

interface Original {
  readonly text: Buffer;
  readonly changes: Partial<ValidationOptions>;
}

/** The appliance's own families as a scrape shows them, each series at 0. */
function ownScrape(format: 'text-0.0.4' | 'openmetrics-1.0.0', families: number): Original {
  const all: Family[] = Object.values(applianceFamilies).slice(0, families);
  const described = describedOf(all, 'platform-health');
  const snapshot = Object.values(applianceFamilies)
    .slice(0, families)
    .map((family) => {
      const counts = 'buckets' in family ? [...family.buckets.map(() => 0), 0] : undefined;
      const series = labelSets(family, described.constants).map((labels): Series =>
        counts ? { labels, counts, sum: 0 } : { labels, value: 0 },
      );
      return { family, series };
    });
  const dialect = format === 'text-0.0.4' ? 'text' : 'openmetrics';
  return { text: createRenderer().render({ snapshot }, format), changes: { described, dialect } };
}

async function promClient(dialect: ValidationOptions['dialect']): Promise<Original> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(dialect === 'text' ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  const hosts = new Gauge({ name: 'demo_hosts', help: 'Hosts, "quoted".', labelNames: ['host', 'state'], registers });
  const requests = new Counter({
    name: 'demo_requests_total',
    help: 'Requests.',
    labelNames: ['method', 'code'],
    registers,
  });
  const latency = new Histogram({
    ...{ name: 'demo_latency_seconds', help: 'Latency.', labelNames: ['group'], buckets: [0.1, 1], registers },
    enableExemplars: dialect === 'openmetrics',
  });
  hosts.set({ host: 'a\\b"c\nd', state: 'up' }, 1.5);
  hosts.set({ host: 'ünïcode 💡', state: 'down' }, NaN);
  requests.inc({ method: 'get', code: '2xx' }, 7);
  if (dialect === 'text') latency.observe({ group: 'api' }, 0.5);
  else latency.observe({ labels: { group: 'api' }, value: 0.5, exemplarLabels: { trace_id: 'c0ffee' } } as never);
  const described = describedOf(inventoryFamilies);
  return { text: Buffer.from(await registry.metrics()), changes: { described, dialect } };
}

/** Small, fast and repeatable: mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const interesting = [
  ...'\n\r\0\t {}",=#\\_+-.0:eN'.split(''),
  '\ufeff',
  'é',
  '# EOF\n',
  '# TYPE demo_hosts gauge\n',
  'NaN',
  '-Inf',
  '1e999',
];

/** Bytes flipped, cut, doubled, put elsewhere or put in: one to three times. */
function mutate(original: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(original);
  for (let times = 1 + random(3); times > 0 && bytes.length > 0; times--) {
    const from = random(bytes.length);
    const to = Math.min(bytes.length, from + 1 + random(random(4) === 0 ? bytes.length : SHORT));
    const [before, part, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
    const kinds = [
      () => Buffer.concat([before, Buffer.from([part[0]! ^ (1 << random(8))]), bytes.subarray(from + 1)]),
      () => Buffer.concat([before, after]),
      () => before,
      () => Buffer.concat([before, part, part, after]),
      () => Buffer.concat([before, after.subarray(0, random(after.length + 1)), part, after]),
      () => Buffer.concat([before, Buffer.from(interesting[random(interesting.length)]!), after]),
    ];
    bytes = kinds[random(kinds.length)]!();
  }
  return bytes;
}

const originals: [string, () => Promise<Original> | Original][] = [
  ['our own scrape', () => ownScrape('text-0.0.4', 8)],
  ['our own scrape in OpenMetrics', () => ownScrape('openmetrics-1.0.0', 8)],
  ["prom-client's text", () => promClient('text')],
  ["prom-client's OpenMetrics", () => promClient('openmetrics')],
];

/** Why a broken text is neither refused nor read as it should be. */
async function trouble(broken: Buffer, changes: Partial<ValidationOptions>): Promise<'refused' | 'read' | Error> {
  try {
    const accepted = await read(broken, changes);
    // What was read once is right: it is read again as it is.
    const again = textOf(await read(textOf(accepted), { ...changes, dialect: 'text', onInvalid: 'reject' }));
    return again === textOf(accepted) ? 'read' : new Error(`read again it is ${again}`);
  } catch (error) {
    const isRefusal = error instanceof Refusal && error.code === 'invalid_report';
    return isRefusal && error.errors?.length ? 'refused' : new Error('no refusal', { cause: error });
  }
}

test.each(originals)(
  '%s is read as it is, and broken in any way it is refused or read, but nothing else',
  async (_, make) => {
    const { text, changes } = await make();
    expect(await faultsOf(text, changes)).toEqual([]);
    let rejected = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const broken = mutate(text, randomOf(seed));
      const result = await trouble(broken, { ...changes, onInvalid: seed % 2 === 0 ? 'reject' : 'drop' });
      if (result instanceof Error)
        throw new Error(`seed ${seed}: ${JSON.stringify(broken.toString())}`, { cause: result });
      if (result === 'refused') rejected++;
    }
    expect(rejected).toBeGreaterThan(RUNS / 4);
    expect(rejected).toBeLessThan(RUNS);
  },
  TIMEOUT,
);

test('a whole scrape of ours is read to the last series', async () => {
  const { text, changes } = ownScrape('openmetrics-1.0.0', Infinity);
  const accepted = await read(text, { ...changes, onInvalid: 'drop' });
  const samples = text
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect([accepted.series, accepted.dropped]).toEqual([samples.length, []]);
});
