/** Memory of a process that works, seen after its garbage was collected, and whether it grows. */
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readProcess } from '../support/proc.ts';
import { eventually, type SpawnOptions } from '../support/server.ts';

const MB = 1024 * 1024;
const PROBE = fileURLToPath(new URL('../../build/tests/support/settle-probe.js', import.meta.url));

/** Settled memory at one moment, in bytes. */
export interface MemorySample {
  /** JavaScript objects, after a forced collection. */
  readonly heap: number;
  /** Buffers beside the heap, after the same collection. */
  readonly external: number;
  readonly resident: number;
}

/** And how many files and sockets it had open. */
export interface Sample extends MemorySample {
  readonly descriptors: number;
}

/** How a server has to be started so that its memory can be settled; `file` is where it reports. */
export const settling = (file: string): SpawnOptions => ({
  execArgv: ['--expose-gc', '--import', PROBE],
  env: { VITALS_PROBE: file },
});

/** Has the process collect its garbage, and reads what is left. */
export async function settle(pid: number, file: string): Promise<Sample> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  const { heapUsed, external } = await eventually('the process reports its memory', () => {
    return JSON.parse(readFileSync(file, 'utf8')) as NodeJS.MemoryUsage;
  });
  const { residentBytes, openFds } = readProcess(pid);
  return { heap: heapUsed, external, resident: residentBytes, descriptors: openFds };
}

/**
 * How far the late median may lie above the early one, in bytes. Between the middles of the two windows lies more than
 * half of the run. In half an hour that is some 18 minutes with about 10,000 requests, 3,000 notifications and 1,000 alarm
 * ticks: a leak of 1 KB a request or of 8 KB a tick is beyond the bound. What swings below it are caches (statements,
 * compiled code) and, of resident memory, pages that the allocators keep after an outage.
 */
const MAY_GROW = { heap: 6 * MB, external: 6 * MB, resident: 32 * MB } as const;

export interface Growth {
  /** Medians of the second and of the last fifth of the run, in MB. */
  readonly early: number;
  readonly late: number;
  readonly isBounded: boolean;
}

/** Compares the last fifth with the second; the first is warming up. Medians: an outage's spike is no growth. */
export function growth(samples: readonly MemorySample[]): Record<keyof MemorySample, Growth> {
  const fifth = Math.floor(samples.length / 5);
  const compare = (key: keyof MemorySample): Growth => {
    const values = samples.map((sample) => sample[key]);
    const early = median(values.slice(fifth, 2 * fifth));
    const late = median(values.slice(-fifth));
    return { early: inMb(early), late: inMb(late), isBounded: late <= early + MAY_GROW[key] };
  };
  return { heap: compare('heap'), external: compare('external'), resident: compare('resident') };
}

/** Medians of the second and of the last quarter. */
export function levels(samples: readonly Sample[]): Record<keyof Sample, { second: number; last: number }> {
  const quarter = Math.floor(samples.length / 4);
  const of = (key: keyof Sample) => {
    const values = samples.map((sample) => sample[key]);
    return { second: median(values.slice(quarter, 2 * quarter)), last: median(values.slice(-quarter)) };
  };
  return { heap: of('heap'), external: of('external'), resident: of('resident'), descriptors: of('descriptors') };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const inMb = (bytes: number) => Math.round((bytes / MB) * 10) / 10;
