/**
 * What reading a large report costs, and how long it holds the event loop, beside prom-client's rendering of the same
 * series, which is what the program that reports does.
 */
import { setImmediate as nextRound } from 'node:timers/promises';
import { Gauge, Registry } from 'prom-client';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import type * as validate from '../../backend/reports/validate/validate.ts';
import type { ValidationOptions } from '../../backend/reports/validate/accepted.ts';
import { watchEventLoop } from './event-loop.ts';
import { printFigure, roundsOr } from './figures.ts';
import { productModule } from './product.ts';

const WARM_UP_ROUNDS = 2;
const MUST_HOLD_MS = 20;
const HOSTS = 1000;
const DEVICES = 100;
const SERIES = HOSTS * DEVICES;
const { validateExposition } = await productModule<typeof validate>('reports/validate/validate.js');
const name = 'demo_disk_written_bytes';

const described: DescribedCatalogue = {
  catalogue: {
    ...{ id: 'demo', namespace: 'demo', scope: 'inventory', ttlSeconds: 300 },
    families: {
      [name]: {
        ...{ name, type: 'gauge', help: 'Bytes written.', unit: 'bytes' },
        labels: { host: { open: true, max: HOSTS }, device: { open: true, max: DEVICES } },
      },
    },
  },
  ...{ title: 'Demo', description: '', targetLabels: [], constants: {}, neverExposed: [], dashboards: [], alerts: [] },
};
const options: Omit<ValidationOptions, 'dialect'> = {
  ...{ described, isLenient: false, instance: undefined, onInvalid: 'reject', maxSeries: SERIES },
  reportedByOthers: () => new Set(),
};

function fill(dialect: ValidationOptions['dialect']) {
  const registry = new Registry();
  if (dialect === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  const gauge = new Gauge({ name, help: 'Bytes written.', labelNames: ['host', 'device'], registers: [registry] });
  for (let i = 0; i < SERIES; i++) {
    const host = `machine-${i % HOSTS}.example.net`;
    gauge.set({ host, device: `disk-${Math.floor(i / HOSTS)}` }, i * 12_345.678);
  }
  return registry;
}

interface Measured {
  readonly ms: number;
  /** The longest uninterrupted work between two rounds of the event loop. */
  readonly heldMs: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  const end = watchEventLoop();
  await nextRound();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  return { ms, heldMs: await end() };
}

/** @returns the rounds of each */
async function measureRounds(work: () => Promise<unknown>) {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await work();
  const rounds: Measured[] = [];
  for (let round = 0; round < roundsOr(7); round++) rounds.push(await measure(work));
  return { ms: rounds.map(({ ms }) => ms), heldMs: rounds.map(({ heldMs }) => heldMs) };
}

/** prom-client's figures, and what it rendered. Its registry is gone afterwards: a reporter's heap is its own. */
async function rendering(dialect: ValidationOptions['dialect']) {
  const registry = fill(dialect);
  const figures = await measureRounds(() => registry.metrics());
  return { figures, body: Buffer.from(await registry.metrics()) };
}

for (const dialect of ['text', 'openmetrics'] as const) {
  const { figures: baseline, body } = await rendering(dialect);
  const figures = await measureRounds(() => validateExposition(body, { ...options, dialect }));
  const about = `report in ${dialect}, ${SERIES.toLocaleString('en-US')} series, ${(body.length / 1e6).toFixed(1)} MB`;
  printFigure({ name: `${about}, read`, unit: 'ms', value: figures.ms, baseline: baseline.ms });
  printFigure({
    name: `${about}, event loop held`,
    ...{ unit: 'ms', value: figures.heldMs, baseline: baseline.heldMs, must: { worst: MUST_HOLD_MS } },
  });
}
