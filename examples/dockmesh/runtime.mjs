/** `process_…` of this process, and `go_…` as a Go program beside it tells of itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { Counter, Gauge } from 'prom-client';
import { say } from '../reporter.mjs';

/** What client_golang says where there is no limit. */
const UNLIMITED = 2 ** 64;

/** @param {import('../reporter.mjs').Registry} registry */
export function measureProcess(registry) {
  const registers = [registry];
  const gauge = (/** @type {string} */ name, /** @type {string} */ help, /** @type {() => number} */ read) =>
    new Gauge({
      name: `process_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const startedAt = Date.now() / 1000 - process.uptime();
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Total user and system CPU time spent in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gauge('open_fds', 'Number of open file descriptors.', () => readdirSync('/proc/self/fd').length);
  gauge('max_fds', 'Maximum number of open file descriptors.', () => limit('Max open files'));
  gauge('resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss());
  gauge('virtual_memory_bytes', 'Virtual memory size in bytes.', virtualMemory);
  gauge('virtual_memory_max_bytes', 'Maximum amount of virtual memory in bytes.', () => limit('Max address space'));
  gauge('start_time_seconds', 'Start time of the process since unix epoch in seconds.', () => startedAt);
}

function virtualMemory() {
  const [, kilobytes] = /^VmSize:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** @param {string} name */
function limit(name) {
  const line = readFileSync('/proc/self/limits', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(name));
  const [soft] = line?.slice(name.length).trim().split(/\s+/) ?? [];
  return soft === 'unlimited' ? UNLIMITED : Number(soft);
}

const goGauges = [
  ...['goroutines', 'threads', 'memstats_alloc_bytes', 'memstats_heap_alloc_bytes', 'memstats_heap_idle_bytes'],
  ...['memstats_heap_inuse_bytes', 'memstats_heap_objects', 'memstats_heap_sys_bytes', 'memstats_next_gc_bytes'],
  ...['memstats_last_gc_time_seconds', 'memstats_sys_bytes'],
];

/**
 * Passes on what `url` says of Go's runtime; while it does not answer, nothing.
 * @param {import('../reporter.mjs').Registry} registry @param {string} url
 */
export function followGo(registry, url) {
  const registers = [registry];
  const help = 'As the program beside the reporter tells it.';
  const info = new Gauge({ name: 'go_info', help, labelNames: ['version'], registers });
  const allocated = new Counter({ name: 'go_memstats_alloc_bytes_total', help, registers });
  const gauges = new Map(goGauges.map((name) => [`go_${name}`, new Gauge({ name: `go_${name}`, help, registers })]));

  return async function look() {
    info.reset();
    for (const one of [allocated, ...gauges.values()]) one.remove();
    const text = await read(url);
    const [, version] = /^go_info\{version="([^"]*)"\} 1$/m.exec(text) ?? [];
    if (version !== undefined) info.set({ version }, 1);
    for (const [, name = '', value] of text.matchAll(/^(go_\w+) (\S+)$/gm)) {
      gauges.get(name)?.set(Number(value));
      if (name === 'go_memstats_alloc_bytes_total') allocated.inc(Number(value));
    }
  };
}

/** @param {string} url */
async function read(url) {
  try {
    const answer = await fetch(url, { headers: { accept: 'text/plain' }, signal: AbortSignal.timeout(2000) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return await answer.text();
  } catch (error) {
    say(`There is nothing to tell of Go: ${url}: ${error instanceof Error ? error.message : String(error)}`);
    return '';
  }
}
