/** How long it takes from the start of the process until it serves, beside a bare Fastify. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { printFigure, roundsOr } from './figures.ts';
import { CLI, configure, inFolder } from './product.ts';

const MUST_MS = 600;
const BARE = join(import.meta.dirname, 'bare-server.js');

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

await inFolder(async (folder) => {
  const serve = [CLI, 'serve', '--config', (await configure(folder)).file];
  const first = await timeToReady(...serve); // makes the keys and the tables
  const [ours, bare]: [number[], number[]] = [[], []];
  await timeToReady(BARE);
  for (let round = 0; round < roundsOr(7); round++) {
    ours.push(await timeToReady(...serve));
    bare.push(await timeToReady(BARE));
  }
  const name = 'start, from spawn to listening / bare Fastify';
  printFigure({ name, unit: 'ms', value: ours, baseline: bare, must: { value: MUST_MS } });
  printFigure({ name: 'start, the very first', unit: 'ms', value: first });
});
