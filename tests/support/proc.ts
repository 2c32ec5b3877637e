/** What Linux says of a process, read from outside. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

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

/** The TCP ports on which a process listens. */
export function listeningPorts(pid: number): number[] {
  const own = new Set(descriptorsOf(pid).map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1]));
  return ['tcp', 'tcp6'].flatMap((family) => {
    const rows = readFileSync(`/proc/${pid}/net/${family}`, 'utf8').trim().split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local = '', , state, , , , , , inode] = row.trim().split(/\s+/);
      return state === LISTENING && own.has(inode) ? [parseInt(local.split(':')[1] ?? '', 16)] : [];
    });
  });
}

/** As /proc/net/tcp calls it. */
const LISTENING = '0A';

function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // it was closed meanwhile
    }
  });
}
