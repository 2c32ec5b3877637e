/** What Linux says of a process, read from outside. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFacts {
  /** Processor time so far, in seconds. */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Seconds since the Unix epoch. */
  readonly startedAt: number;
  readonly residentBytes: number;
  readonly virtualBytes: number;
  readonly dataBytes: number;
  readonly openFds: number;
  readonly maxFds: number;
}

/** Clock ticks a second, by which /proc counts time (sysconf CLK_TCK; 100 on every Linux that Node.js runs on). */
export const TICKS = 100;

export function readProcess(pid: number): ProcessFacts {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const stat = read('stat')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number); // begins with the third field
  const field = (number: number) => stat[number - 3] ?? NaN;
  const status = read('status');
  const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  const bootedAt = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
  return {
    userSeconds: field(14) / TICKS,
    systemSeconds: field(15) / TICKS,
    startedAt: bootedAt + field(22) / TICKS,
    residentBytes: bytes('VmRSS'),
    virtualBytes: bytes('VmSize'),
    dataBytes: bytes('VmData'),
    openFds: readdirSync(`/proc/${pid}/fd`).length,
    maxFds: Number(/^Max open files +(\d+)/m.exec(read('limits'))?.[1]),
  };
}
