import { join } from 'node:path';
import { expect, test as always } from 'vitest';
import { bearer } from '../support/app.ts';
import { dhcpEvents, ndjson } from '../support/ingest.ts';
import { countRows, inside, makeIngestPlace } from '../support/ingest-journey.ts';
import { eventually, startServer } from '../support/server.ts';
import { isWithoutSmallDisk, mountSmallDisk } from '../support/small-disk.ts';

const test = always.skipIf(isWithoutSmallDisk);
/** Room for an embedded ClickHouse, a spool and a database. */
const DISK_MB = 512;

test('a backend whose disk fills up refuses rows, revokes, starts again, and has lost nothing once there is room', async () => {
  const disk = mountSmallDisk(DISK_MB);
  const place = await makeIngestPlace(
    { clickhouse: { url: 'embedded:clickhouse' }, ingest: { spool_dir: 'spool' } },
    disk.folder,
  );
  const [first, second] = [await place.mint('First'), await place.mint('Second')];
  let sent = 0;
  let accepted = 0;
  async function ingest(): Promise<{ status: number; code?: string }> {
    const body = ndjson(
      dhcpEvents(200, sent, Date.now()).map((row, at) => ({ ...row, hostname: `host-${sent + at}` })),
    );
    sent += 200;
    const headers = { ...bearer(place.collector), 'content-type': 'application/x-ndjson' };
    const answer = await fetch(`${place.origin}/api/ingest/dhcp-events`, { method: 'POST', headers, body });
    if (answer.status === 202) accepted += 200;
    return { ...((await answer.json()) as { code?: string }), status: answer.status };
  }

  const server = await startServer(place.config);
  expect(await ingest()).toMatchObject({ status: 202 });
  await place.drained();
  disk.fill();
  await eventually('rows are refused', async () => (await ingest()).code === 'storage_full');
  expect(await place.health()).toMatchObject({ status: 'degraded' });
  expect(await place.cli('token', 'revoke', first.token.id)).toMatchObject({ token: { status: 'revoked' } });
  await server.kill('SIGTERM');

  disk.fill();
  expect(await place.cli('token', 'revoke', second.token.id)).toMatchObject({ token: { status: 'revoked' } });
  const again = await startServer(place.config);
  expect(await place.health()).toMatchObject({ status: 'degraded' });

  disk.free();
  await eventually('rows are taken', async () => (await ingest()).status === 202);
  await place.drained();
  expect(await place.health()).toMatchObject({ status: 'ok', reasons: [] });
  expect(await again.kill('SIGTERM')).toBe(0);
  expect(await place.verify()).toMatchObject({ code: 0 });
  const rows = await inside(join(disk.folder, 'clickhouse'), countRows);
  expect(rows).toEqual({ rows: accepted, different: accepted });
});
