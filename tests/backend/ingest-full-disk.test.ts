/** A disk that the spool itself has filled. */
import { mkdirSync, statSync } from 'node:fs';
import { expect, test as always } from 'vitest';
import { journalFile } from '../../backend/ingest/spool/journal.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunks, dhcpEvents, dhcpRequest, drain, ndjson, testSpooler, type TestSpooler } from '../support/ingest.ts';
import { isWithoutSmallDisk, mountSmallDisk } from '../support/small-disk.ts';

const test = always.skipIf(isWithoutSmallDisk);
const DISK_MB = 4;
const RESERVE_BYTES = 2 << 20;

/** Sends rows one by one until there is no room. @returns how many were acknowledged */
async function sendUntilFull({ spooler }: TestSpooler): Promise<number> {
  for (let sent = 0; ; sent += 1) {
    try {
      await spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1, sent))));
    } catch (error) {
      expect(error).toMatchObject({ code: 'storage_full' });
      return sent;
    }
  }
}

test.each(['goes on', 'is opened again'])(
  'a spool that has filled its disk and %s gives out every row',
  async (how) => {
    const { folder } = mountSmallDisk(DISK_MB);
    const first = testSpooler({ folder, maxBytes: 256 << 20 });
    const acknowledged = await sendUntilFull(first);
    const reserve = () => statSync(`${journalFile(folder)}-reserve`).size;
    expect(reserve()).toBe(RESERVE_BYTES); // rows never take it
    if (how === 'is opened again') first.spooler.close();
    const { clock } = first;
    const t = how === 'goes on' ? first : testSpooler({ folder, maxBytes: 256 << 20, clock });
    expect((await drain(t)).flat()).toHaveLength(acknowledged);
    expect(t.spooler.state).toMatchObject({ waitingRows: 0, usedBytes: 0, quarantinedRows: 0 });
    expect(reserve()).toBe(RESERVE_BYTES);
    expect(await sendUntilFull(t)).toBeGreaterThan(acknowledged / 2);
    expect((await drain(t)).flat().length).toBeGreaterThan(acknowledged / 2);
  },
);

always('a reserve that cannot be made holds nothing up', async () => {
  const folder = temporaryFolder();
  mkdirSync(`${journalFile(folder)}-reserve`);
  const t = testSpooler({ folder });
  await t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(1))));
  expect((await drain(t)).flat()).toHaveLength(1);
});
