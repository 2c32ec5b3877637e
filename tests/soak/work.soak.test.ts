import { test } from 'vitest';
import { workWithFaults } from './with-faults.ts';

const MINUTES = Number(process.env['VITALS_SOAK_MINUTES'] ?? 30);

test(`${MINUTES} minutes of work with faults: memory does not grow, it stops cleanly, and nothing is lost`, async () => {
  await workWithFaults({ minutes: MINUTES });
});
