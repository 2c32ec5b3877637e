/** A server that is killed at random moments while rows come in, and is started again each time. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { startCollectors } from '../support/collectors.ts';
import { countRows, inside, makeIngestPlace } from '../support/ingest-journey.ts';
import { startServer } from '../support/server.ts';

/** How long it may live, in milliseconds. */
const LIFE_MS = { shortest: 2_000, longest: 45_000 };

/** @returns how often it was killed, and how many rows were acknowledged: each of them is in ClickHouse once */
export async function killAtRandom(until: AbortSignal): Promise<{ kills: number; rows: number }> {
  const place = await makeIngestPlace({
    clickhouse: { url: 'embedded:clickhouse' },
    ingest: { spool_dir: 'spool' },
  });
  const issued = ['credential', 'issue', '--role', 'collector', '--name', 'collector of this soak', '--ttl', '30d'];
  const { jwt } = await place.cli<{ jwt: string }>(...issued);
  let server = await startServer(place.config);
  const collectors = startCollectors({ place, jwt, rowsPerRequest: 100, pauseMs: 200 });
  let kills = 0;
  while (!until.aborted) {
    const life = LIFE_MS.shortest + Math.random() * (LIFE_MS.longest - LIFE_MS.shortest);
    await delay(life, undefined, { signal: until }).catch(() => undefined);
    await server.kill('SIGKILL');
    kills += 1;
    server = await startServer(place.config);
  }
  await collectors.stop();
  await place.drained();
  expect(await server.kill('SIGTERM')).toBe(0);
  await inside(join(place.folder, 'clickhouse'), async (client) => {
    expect(await countRows(client)).toEqual({ rows: collectors.rows, different: collectors.rows });
  });
  expect(await place.verify()).toMatchObject({ code: 0 });
  return { kills, rows: collectors.rows };
}
