import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ProofsOf } from './proof.ts';
import type { Stage } from './stage.ts';

/** What `ingest.spool_max_mb` is where nobody says otherwise. */
const ROOM_BYTES = 256 * 1024 * 1024;
const ROWS = 20_000;

export const spoolProofs: ProofsOf<'ingestSpoolFill'> = {
  ingestSpoolFill: {
    by: 'rows wait on disk while ClickHouse answers errors, and it is their part of the room; then they are in, and it is as before',
    async prove(stage) {
      await stage.shipped();
      const watch = await stage.watch('ingestSpoolFill');
      const empty = bytesOnDisk(stage);
      stage.clickhouse.misbehave('errors', /^INSERT INTO counter_stats /);
      const rows = Array.from({ length: ROWS }, (_one, value) => ({ ts: Date.now(), name: 'leases', value }));
      expect(await stage.appliance.ingest('counter-stats', rows)).toBe(202);
      const waiting = bytesOnDisk(stage) - empty;
      expect(waiting).toBeGreaterThan(ROWS);
      await stage.sees('they are told', (now) => {
        expect(Object.keys(watch.by(now))).toEqual(['']);
        expect(watch.by(now)['']).toBeCloseTo(waiting / ROOM_BYTES, 8);
        return true;
      });
      stage.clickhouse.misbehave('none');
      await stage.calm();
      await watch.moved({});
    },
  },
};

function bytesOnDisk({ folder }: Stage): number {
  const spool = join(folder, 'spool');
  const files = ['parts', 'quarantine'].flatMap((name) =>
    readdirSync(join(spool, name)).map((file) => statSync(join(spool, name, file)).size),
  );
  return files.reduce((sum, size) => sum + size, 0);
}
