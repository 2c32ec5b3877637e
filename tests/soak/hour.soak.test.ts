import { expect, test } from 'vitest';
import { killAtRandom } from './killed.ts';
import { levels } from './memory.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { workWithFaults } from './with-faults.ts';

const MINUTES = Number(process.env['VITALS_SOAK_MINUTES'] ?? 60);
const DISK_MB = 2_048;
/** What the last quarter may have beyond the second. */
const MAY_GROW = 1.1;

test(`${MINUTES} minutes on hard ground: nothing acknowledged is lost, memory and descriptors stay level`, async () => {
  const over = new AbortController();
  const killing = killAtRandom(over.signal);
  const working = workWithFaults({ minutes: MINUTES, disk: mountSmallDisk(DISK_MB), isHindered: true }).finally(() =>
    over.abort(),
  );
  // Both to their end, whatever becomes of the other: what still starts a server would outlive this test.
  const [worked, killed] = await Promise.allSettled([working, killing]);
  if (worked.status === 'rejected') throw worked.reason;
  if (killed.status === 'rejected') throw killed.reason;
  const { kills, rows } = killed.value;
  console.log(`another was killed ${kills} times, with ${rows} rows acknowledged`);
  for (const [what, { second, last }] of Object.entries(levels(worked.value))) {
    console.log(`${what}: ${second} -> ${last}`);
    expect(last, what).toBeLessThanOrEqual(second * MAY_GROW);
  }
});
