import { expect } from 'vitest';
import { partsFolder } from '../../../backend/ingest/spool/files.ts';
import { quarantineFolder } from '../../../backend/ingest/spool/quarantine.ts';
import { reservedBytes } from '../../../backend/ingest/spool/reserve.ts';
import { diskUsage } from '../../support/ingest.ts';
import type { ProofsOf } from './proof.ts';
import type { Stage } from './stage.ts';

/** What `ingest.spool_max_mb` is where nobody says otherwise. */
const BOUND_BYTES = 256 * 1024 * 1024;
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
        expect(watch.by(now)['']).toBeCloseTo(waiting / (BOUND_BYTES - reservedBytes(stage.spool, BOUND_BYTES)), 8);
        return true;
      });
      stage.clickhouse.misbehave('none');
      await stage.calm();
      await watch.moved({});
    },
  },
};

function bytesOnDisk({ spool }: Stage): number {
  return diskUsage(partsFolder(spool)) + diskUsage(quarantineFolder(spool));
}
