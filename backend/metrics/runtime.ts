import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { runtimeFamilies } from '../../contract/metrics.ts';
import { nodeConstants } from '../lib/release.ts';
import { closeFamily, readRegister } from './closed-family.ts';
import type { FamilySnapshot } from '../exposition/text.ts';
import { collectPerfHooks } from './perf-hooks.ts';

/** Reading /proc costs more than all the rest of a scrape. */
const SAMPLE_MS = 1000;

/** prom-client's default collectors, cut down to the contract and sampled at most once a second. */
export interface Runtime {
  read(): Promise<readonly FamilySnapshot[]>;
  /** Stops the event loop's and the garbage collector's monitors. May be called again. */
  close(): void;
}

/** `now`: a monotonic clock in milliseconds. */
export function startRuntime(now: () => number): Runtime {
  const register = new Registry();
  const gcDurationBuckets = [...runtimeFamilies.gcDuration.buckets];
  const before = process.cpuUsage();
  const stop = collectPerfHooks(() => collectDefaultMetrics({ register, gcDurationBuckets }));
  countProcessorTime(register, before);
  const families = Object.values(runtimeFamilies).map((family) => closeFamily(family, nodeConstants));
  const names = new Set<string>(families.map(({ family }) => family.name));
  for (const { name } of register.getMetricsAsArray()) if (!names.has(name)) register.removeSingleMetric(name);

  let latest: { readonly at: number; readonly reading: Promise<readonly FamilySnapshot[]> } | undefined;
  return {
    read() {
      const at = now();
      if (latest && at - latest.at < SAMPLE_MS) return latest.reading;
      const reading = readRegister(register, families);
      latest = { at, reading };
      return reading;
    },
    close: stop,
  };
}

/** prom-client counts processor time from when it is set up: adds what the process had used until then. */
function countProcessorTime(register: Registry, { user, system }: NodeJS.CpuUsage): void {
  const { processCpuUser, processCpuSystem, processCpu } = runtimeFamilies;
  const used = [
    [processCpuUser, user],
    [processCpuSystem, system],
    [processCpu, user + system],
  ] as const;
  for (const [{ name }, microseconds] of used) {
    const counter = register.getSingleMetric(name);
    if (counter instanceof Counter) counter.inc(microseconds / 1e6);
  }
}
