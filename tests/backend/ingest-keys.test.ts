/** Idempotency-Keys are kept in the spool's folder, and rows need the room there more than old keys do. */
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { journalFile, openJournal } from '../../backend/ingest/spool/journal.ts';
import { journalLimits } from '../../backend/ingest/spool/reserve.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  chunks,
  dhcpEvents,
  dhcpRequest,
  drain,
  ndjson,
  START,
  testSpooler,
  type TestSpooler,
} from '../support/ingest.ts';

const SMALL = 1 << 20;
const AT_ONCE = 20;

const send = ({ spooler }: TestSpooler, key: number) =>
  spooler.accept({ ...dhcpRequest, idempotencyKey: `k${key}` }, chunks(ndjson(dhcpEvents(1, key))));

test('however many keys came, a spool whose rows went on takes rows, and the latest keys are known', async () => {
  const t = testSpooler({ maxBytes: SMALL });
  for (let key = 0; key < 2_400; key += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => send(t, key + index)));
    await drain(t);
  }
  expect(t.spooler.state.reservedBytes).toBeLessThan(0.85 * SMALL);
  await send(t, 2_399);
  await send(t, 2_000);
  expect(t.spooler.state.waitingRows).toBe(0);
  await send(t, 0);
  expect(t.spooler.state.waitingRows).toBe(1);
}, 60_000);

test('a journal that has grown larger than the bound is made smaller when the spool is opened', async () => {
  const folder = temporaryFolder();
  const journal = openJournal(journalFile(folder), journalLimits(64 * SMALL));
  journal.transaction(() => {
    for (let key = 0; key < 10_000; key += 1) {
      const [id, body_hash] = [randomBytes(32), randomBytes(32)];
      journal.rememberKey({ id, body_hash, batch_id: `bat_${key}`, rows: 1, received_at: START + key }, START - 1);
    }
  });
  journal.close();
  const t = testSpooler({ folder, maxBytes: SMALL });
  expect(t.spooler.state.reservedBytes).toBeLessThan(0.85 * SMALL);
  await send(t, 0);
  expect(t.spooler.state.waitingRows).toBe(1);
});
