/** How long it takes from the start of the process until it serves, beside a bare Fastify. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { median, printFigure } from './figures.ts';

const RUNS = 7;
const CLI = fileURLToPath(new URL('../../backend/cli/vitals.js', import.meta.url));
const BARE = fileURLToPath(new URL('bare-server.js', import.meta.url));

/** Milliseconds from the spawn to the line that says `is ready`. */
async function timeToReady(...args: string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString();
    if (output.includes('is ready')) break;
  }
  const took = performance.now() - started;
  if (!output.includes('is ready')) throw new Error(`it did not start: ${output}`);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
  return took;
}

const folder = mkdtempSync(join(tmpdir(), 'vitals-bench-'));
try {
  const config = join(folder, 'config.yaml');
  const server = { port: 0 };
  writeFileSync(
    config,
    stringify({
      server,
      database: { url: 'sqlite:vitals.db' },
      prometheus: { enabled: true },
      auth: { key_file: 'jwt-key.json' },
    }),
  );
  const serve = [CLI, 'serve', '--config', config];
  const first = await timeToReady(...serve); // makes the keys and the tables
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    ours.push(await timeToReady(...serve));
    bare.push(await timeToReady(BARE));
  }
  printFigure({ name: 'start, from spawn to ready', unit: 'ms', value: median(ours), baseline: median(bare) });
  printFigure({ name: 'start, the very first', unit: 'ms', value: first, baseline: median(bare) });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
