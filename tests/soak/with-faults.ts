/** A backend at work while everything around it fails, and whether all that it promised is there in the end. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { ruleBody, tokenCreated } from '../support/alarms.ts';
import { bearer } from '../support/app.ts';
import { startCollectors } from '../support/collectors.ts';
import { temporaryFolder } from '../support/folder.ts';
import { childOf, makeIngestPlace, type IngestPlace } from '../support/ingest-journey.ts';
import { eventually, startServer } from '../support/server.ts';
import { vectorReceiver } from '../support/vector.ts';
import { expectNotificationsOnce, expectRowsOnce, select } from './accounts.ts';
import { startWork } from './daily-work.ts';
import { unexpectedLines } from './log.ts';
import { growth, settle, settling, type Sample } from './memory.ts';
import type { SmallDisk } from '../support/small-disk.ts';

export interface WithFaults {
  readonly minutes: number;
  /** A disk that is filled now and then. */
  readonly disk?: SmallDisk;
  /** Somebody holds slow connections. */
  readonly isHindered?: boolean;
}

/** What a clean stop may take (issue 3). */
const STOP_MS = 5_000;

/** Works for so long while what is around it fails. @returns its memory and descriptors, after all else was found in order */
export async function workWithFaults({ minutes, disk, isHindered = false }: WithFaults): Promise<readonly Sample[]> {
  const forMs = minutes * 60_000;
  const vector = await vectorReceiver();
  const place = await makeIngestPlace(
    {
      clickhouse: { url: 'embedded:clickhouse', staleness_seconds: 5 },
      ingest: { spool_dir: 'spool' },
      alarms: { tick_seconds: 1 },
      notifications: { vector: { url: vector.url, timeout_seconds: 1, open_after_seconds: 3 } },
    },
    disk?.folder,
  );
  const memoryFile = join(temporaryFolder(), 'memory.json');
  const server = await startServer(place.config, settling(memoryFile));
  const pid = server.child.pid!;
  const admin = await issue(place, 'admin');
  await addRule(place, admin);
  const { secret: scrapeToken } = await place.mint('Prometheus');

  const collectors = startCollectors({
    place,
    jwt: await issue(place, 'collector'),
    rowsPerRequest: 100,
    pauseMs: 200,
  });
  const hinderedWith = isHindered ? await issue(place, 'collector') : undefined;
  const work = startWork({ place, vector, pid, admin, scrapeToken, hinderedWith, disk, forMs });
  const samples: Sample[] = [];
  for (const end = performance.now() + forMs; performance.now() < end && !work.broken.aborted;) {
    await delay(forMs / 100);
    samples.push(await settle(pid, memoryFile));
  }

  const [audited = NaN] = select<number>(place, 'SELECT max(seq) FROM audit_events');

  // The work ends while Vector hangs and ClickHouse has just been killed, so that something is left to do.
  await work.stop();
  await collectors.stop();
  disk?.free();
  vector.answer('hang');
  process.kill(await eventually('ClickHouse runs', () => childOf(pid)), 'SIGKILL');
  await place.mint('At the last moment');
  await eventually('Vector is told', () => vector.requests.at(-1)?.status === 'hung');
  const reported = performance.now();
  const code = await server.kill('SIGTERM');
  const stopMs = performance.now() - reported;
  const queued = select<number>(place, 'SELECT count(*) FROM notification_outbox');

  const again = await startServer(place.config);
  vector.answer(200);
  await eventually('all is delivered', async () => (await place.metric('dhcp_dpi_notification_queue_depth')) === 0);
  await place.drained().catch((error: unknown) => {
    console.log(`What the backend wrote last:\n${lastLines(server.output())}\n${lastLines(again.output())}`);
    throw error;
  });
  expect(await again.kill('SIGTERM')).toBe(0);

  const memory = growth(samples);
  const mb = ({ early, late }: { early: number; late: number }) => `${early} -> ${late} MB`;
  console.log(
    [
      `${minutes} min: ${collectors.rows} rows (${collectors.failures} attempts failed)`,
      `${work.minted} tokens, ${work.scrapes} scrapes`,
      `ClickHouse killed ${work.kills} times (at most ${Math.round(work.clickhouseBytes / 1024 / 1024)} MB)`,
      `disk filled ${work.fillings} times (${work.rejected} changes refused), ${work.held} slow connections`,
      `Vector away ${work.outages} times; heap ${mb(memory.heap)}, external ${mb(memory.external)}`,
      `resident ${mb(memory.resident)}; stopped in ${Math.round(stopMs)} ms with ${queued[0]} notifications queued`,
    ].join(', '),
  );
  expect(unexpectedLines(server.output() + again.output())).toEqual([]);
  expect(code).toBe(0);
  expect(stopMs).toBeLessThan(STOP_MS);
  expect(memory).toMatchObject({
    heap: { isBounded: true },
    external: { isBounded: true },
    resident: { isBounded: true },
  });
  await expectRowsOnce(place, collectors.rows, audited);
  console.log(`${expectNotificationsOnce(place, vector)} notifications, each delivered`);
  expect(await place.verify()).toMatchObject({ code: 0 });
  return samples;
}

async function issue({ cli }: IngestPlace, role: string): Promise<string> {
  const issued = ['credential', 'issue', '--role', role, '--name', `${role} of this soak`, '--ttl', '30d'];
  return (await cli<{ jwt: string }>(...issued)).jwt;
}

/** Each token that is minted opens an alarm, which resolves a little later. */
async function addRule({ origin }: IngestPlace, admin: string): Promise<void> {
  const condition = { ...tokenCreated, windowSeconds: 10 };
  const body = ruleBody(condition, { name: 'Minted', severity: 'critical', channels: ['bell', 'vector'] });
  const answer = await fetch(`${origin}/api/alarm-rules`, {
    method: 'POST',
    headers: { ...bearer(admin), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(201);
}

function lastLines(output: string): string {
  return output.split('\n').slice(-80).join('\n');
}
