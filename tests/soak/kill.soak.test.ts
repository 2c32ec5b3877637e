import { expect, test } from 'vitest';
import { killRounds } from '../support/kill-rounds.ts';

/** How often to kill in all; about a second each. */
const KILLS = Number(process.env['VITALS_SOAK_KILLS'] ?? 3000);
/** How often one database is killed before the next: its audit log is verified after each. */
const KILLS_OF_ONE = 250;

test(`killed ${KILLS} times while tokens are minted and revoked, it has lost nothing that it acknowledged`, async () => {
  for (let killed = 0; killed < KILLS; killed += KILLS_OF_ONE) {
    const { minted } = await killRounds(Math.min(KILLS_OF_ONE, KILLS - killed));
    expect(minted).toBeGreaterThan(0);
    console.log(`${Math.min(killed + KILLS_OF_ONE, KILLS)} kills`);
  }
});
