import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { openDatabase } from '../../backend/database/database.ts';
import { insertToken } from '../../backend/tokens/model/store.ts';
import { foldName } from '../../backend/tokens/model/token.ts';
import type { Place } from '../support/place.ts';
import { openTokens, row } from './app.ts';
import { inWorkbench } from './product.ts';

const COUNT = 10_000;

/** Writes them as the service would, but all in one transaction: every hundredth is revoked, the last is the newest. */
async function insertTokens(place: Place): Promise<void> {
  const database = await openDatabase(`sqlite:${place.database}`);
  await database.transaction(async (tx) => {
    for (let number = 0; number < COUNT; number++) {
      const name = `Probe ${String(number).padStart(4, '0')}`;
      const isRevoked = number % 100 === 0;
      const created_at = Date.parse('2026-01-01T00:00:00Z') + number * 60_000;
      await insertToken(tx, {
        id: `tok_${String(number)}`,
        name,
        name_folded: foldName(name),
        prefix: 'vst_0000',
        catalogues: '["platform"]',
        origin: 'minted',
        hash: createHash('sha256').update(name).digest('hex'),
        created_at,
        created_by: 'ada',
        expires_at: null,
        revoked_at: isRevoked ? created_at + 1 : null,
        revoked_by: isRevoked ? 'ada' : null,
        last_used_at: null,
        last_ip: null,
        state: isRevoked ? 'revoked' : 'active',
        predecessor_id: null,
        successor_id: null,
        notice_at: null,
      });
    }
  });
  await database.close();
}

inWorkbench('ten thousand tokens are paged, sorted, filtered and searched', async (start) => {
  const { shell, browser } = await start({ before: insertTokens });
  const { page, complaints } = await shell.enter(browser, 'ada');
  await openTokens(shell, page);
  await page.getByText('1–50 of 10,000').waitFor();
  const names = () => page.getByTestId('vitals-token-name').allInnerTexts();
  const probes = (from: number, to: number) => {
    const step = Math.sign(to - from);
    return Array.from(
      { length: Math.abs(to - from) + 1 },
      (_, index) => `Probe ${String(from + index * step).padStart(4, '0')}`,
    );
  };
  expect(await names()).toEqual(probes(9999, 9950));
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('51–100 of 10,000').waitFor();
  await expect.poll(names).toEqual(probes(9949, 9900));
  await page.getByRole('button', { name: 'Previous' }).click();
  await page.getByText('1–50 of 10,000').waitFor();
  await expect.poll(names).toEqual(probes(9999, 9950));

  await page.getByRole('columnheader', { name: 'Name' }).click();
  await expect.poll(names).toEqual(probes(0, 49));
  await page.getByRole('textbox', { name: 'Search tokens by name' }).fill('probe 99');
  await page.getByText('1–50 of 100', { exact: true }).waitFor();
  await expect.poll(names).toEqual(probes(9900, 9949));
  expect(new URL(page.url()).search).toBe('?search=probe+99&sort=name');
  await page.getByRole('textbox', { name: 'Search tokens by name' }).fill('');
  await page.getByRole('radio', { name: 'Revoked' }).check({ force: true });
  await page.getByText('1–50 of 100', { exact: true }).waitFor();
  await expect.poll(async () => (await names()).slice(0, 2)).toEqual(['Probe 0000', 'Probe 0100']);
  await row(page, 'Probe 0100').getByText('Revoked').waitFor();
  expect(complaints).toEqual([]);
});
