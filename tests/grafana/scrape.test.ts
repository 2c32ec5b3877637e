import { expect } from 'vitest';
import type { AuditList } from '../../contract/api.ts';
import { ask } from '../support/http.ts';
import { eventually } from '../support/server.ts';
import { mint, row } from './app.ts';
import { inEachShell } from './product.ts';
import { scrapeBy } from './scraped.ts';

interface Targets {
  readonly activeTargets: readonly { readonly health: string; readonly lastError: string }[];
}

inEachShell(
  'a token created and copied in the page lets a real Prometheus scrape until it is revoked in the page, and the audit log names the user',
  async (start, { prometheus: binary }) => {
    const { place, server, shell, browser } = await start();
    const { page, complaints } = await shell.enter(browser, 'ada');
    await page.goto(shell.page('integrations'));
    await page.getByRole('link', { name: 'Manage tokens' }).click();
    await page.getByText('No scrape tokens yet').waitFor();

    const shown = await mint(page, 'Production Prometheus');
    await page.getByText('Waiting for the first scrape…').waitFor();
    await page.getByRole('button', { name: 'Copy the token' }).click();
    await page.getByRole('button', { name: 'Copied!' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^vst_[0-9A-Za-z]{49}$/);
    expect(copied).toBe(shown);

    const prometheus = await scrapeBy(binary, place, copied);
    const target = async () => (await prometheus.api<Targets>('targets')).activeTargets[0];

    await page.getByText('Scraped from 127.0.0.1.').waitFor();
    await eventually('up is 1', async () => (await prometheus.value('up')) === 1);
    expect((await target())?.health).toBe('up');
    await page.getByRole('button', { name: 'I have saved my token' }).click();
    const cells = row(page, 'Production Prometheus').getByRole('cell');
    await expect
      .poll(() => cells.allInnerTexts())
      .toEqual([
        expect.stringContaining('Production Prometheus'),
        expect.stringMatching(/ago$/),
        expect.stringMatching(/ago$/),
        '127.0.0.1',
        'in a year',
        'Active',
        '',
      ]);

    await page.getByRole('button', { name: 'Revoke Production Prometheus' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Are you sure you want to revoke').waitFor();
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await row(page, 'Production Prometheus').getByText('Revoked').waitFor();
    const down = await eventually('the target is down', async () => {
      const seen = await target();
      return seen?.health === 'down' && seen;
    });
    expect(down.lastError).toContain('401 Unauthorized');

    const answer = await ask(`${place.origin}/api/audit`, {
      headers: { authorization: `Bearer ${await place.jwt('admin')}` },
    });
    const { items } = JSON.parse(answer.text) as AuditList;
    const [token] = await place.tokens();
    const story = items.filter(({ event }) => event.startsWith('token.')).reverse();
    const ada = { actor: 'ada', via: 'grafana', ip: '127.0.0.1', target: token?.id };
    expect(story).toMatchObject([
      {
        event: 'token.created',
        ...ada,
        details: { name: 'Production Prometheus', expiresAt: expect.stringMatching(/^\d{4}-/) as string },
      },
      { event: 'token.revoked', ...ada, details: { name: 'Production Prometheus' } },
    ]);
    expect(complaints).toEqual([]);
    expect(server.output()).not.toContain(copied);
  },
);
