/**
 * What reading a large report costs, and how long it holds the event loop, beside prom-client's rendering of the same
 * series, which is what the program that reports does.
 */
import { setImmediate as nextRound } from 'node:timers/promises';
import { Gauge, Registry } from 'prom-client';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { validateExposition } from '../../backend/reports/validate/validate.ts';
import type { ValidationOptions } from '../../backend/reports/validate/accepted.ts';
import { median, printFigure } from './figures.ts';

const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;
const HOSTS = 1000;
const DEVICES = 100;
const SERIES = HOSTS * DEVICES;
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
  ...{ described, instance: undefined, onInvalid: 'reject', maxSeries: SERIES },
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

/** Between two calls, in ms: the clock's time, or the process's where others had the machine meanwhile. */
function startWatch() {
  let at = performance.now();
  let used = process.cpuUsage();
  return () => {
    const [now, spent] = [performance.now(), process.cpuUsage(used)];
    const took = Math.min(now - at, (spent.user + spent.system) / 1000);
    [at, used] = [now, process.cpuUsage()];
    return took;
  };
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  const state = { heldMs: 0, isOver: false };
  const watching = (async () => {
    const held = startWatch();
    while (!state.isOver) {
      await nextRound();
      state.heldMs = Math.max(state.heldMs, held());
    }
  })();
  await nextRound();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  state.isOver = true;
  await watching;
  return { ms, heldMs: state.heldMs };
}

async function measureRounds(work: () => Promise<unknown>) {
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await work();
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(work));
  const heldMs = rounds.map((round) => round.heldMs);
  return { ms: median(rounds.map(({ ms }) => ms)), usuallyHeldMs: median(heldMs), longestHeldMs: Math.max(...heldMs) };
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
  printFigure({ name: `${about}, read`, unit: 's', value: figures.ms / 1000, baseline: baseline.ms / 1000 });
  for (const [title, key] of [
    ['median', 'usuallyHeldMs'],
    ['longest', 'longestHeldMs'],
  ] as const) {
    const name = `${about}, event loop held, ${title} of rounds`;
    printFigure({ name, unit: 'ms', value: figures[key], baseline: baseline[key] });
  }
}
