/** What stays in memory of a server that is idle, with everything configured; the embedded ClickHouse is a process of its own. */
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { median, printFigure, roundsOr } from './figures.ts';
import { configure, inFolder, memoryMb, serve, type Running, type Settings } from './product.ts';

const MUST_MB = 90;
/** It is looked at from 10 to 30 seconds after the start. */
const FIRST_MS = 10_000;
const LOOKS = 5;
const APART_MS = 5_000;

/** The median of what one server used at those moments, in MB. */
async function residentMb({ pid }: Running): Promise<number> {
  await pause(FIRST_MS);
  const seen = [memoryMb(pid)];
  while (seen.length < LOOKS) {
    await pause(APART_MS);
    seen.push(memoryMb(pid));
  }
  return median(seen);
}

function configureEverything(folder: string): Promise<Settings> {
  mkdirSync(folder);
  return configure(folder, { clickhouse: { url: 'embedded:clickhouse' }, ingest: { spool_dir: 'spool' } });
}

/** One starts after the other, so that none competes with another one's start; then all are idle together. */
const value = await inFolder(async (folder) => {
  const looking: Promise<number>[] = [];
  const servers: Running[] = [];
  for (let round = 0; round < roundsOr(3); round++) {
    const place = await configureEverything(`${folder}/${round}`);
    const server = await serve(place);
    servers.push(server);
    looking.push(residentMb(server));
  }
  const resident = await Promise.all(looking);
  await Promise.all(servers.map((server) => server.stop()));
  return resident;
});
printFigure({ name: 'memory of an idle server', unit: 'MB', value, must: { value: MUST_MB } });
