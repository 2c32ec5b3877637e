import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { testWith } from '../tools.ts';
import { sharedBrowser } from './browser.ts';
import { mint, openPage, openTokens, row, scrape, signIn, startProduct } from './plugin-product.ts';

const visit = sharedBrowser();

async function pick(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: field }).fill(option);
  const words = page.getByText(option, { exact: true });
  await page.getByRole('option').filter({ has: words }).click();
}

testWith(
  'chromium',
  'a rule made in the page fires, rings the bell, is acknowledged, and the audit log names who did it; a viewer only reads',
  async ({ chromium }) => {
    const { workbench } = await startProduct({
      settings: { alarms: { tick_seconds: 1 } },
      before: (place) => place.mint('Watched'),
    });
    const { page, complaints } = await visit(chromium, workbench.link);
    await openPage(page, 'alarms?tab=rules');
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('There is a token');
    await pick(page, 'Metric', 'dhcp_dpi_scrape_tokens');
    await pick(page, 'Label “status”', 'active');
    await page.getByRole('spinbutton', { name: 'Threshold' }).fill('0');
    await page.getByText('Would fire now: 1').waitFor();
    await page.getByRole('button', { name: 'Save rule' }).click();
    await row(page, 'There is a token').waitFor();

    await openPage(page, 'alarms');
    await page.getByRole('button', { name: 'Acknowledge There is a token' }).click();
    await row(page, 'There is a token').getByText('ada').waitFor();
    await page.getByRole('button', { name: 'Details of There is a token' }).click();
    const timeline = page.getByRole('dialog').getByRole('listitem');
    await expect.poll(() => timeline.count()).toBe(2);

    await openPage(page, 'alarms');
    await page.getByRole('button', { name: /^Notifications, \d+ unread$/ }).click();
    const bell = page.getByRole('dialog', { name: 'Notifications' });
    await bell.getByText('There is a token').first().waitFor();
    await bell.getByRole('button', { name: 'Mark all as read' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();

    await openPage(page, 'audit?event=alarm.acknowledged');
    await expect.poll(() => row(page, 'alarm.acknowledged').allInnerTexts()).toEqual([expect.stringContaining('ada')]);

    await signIn(page, 'Vint Cerf (Viewer)');
    await openPage(page, 'alarms');
    await row(page, 'There is a token').waitFor();
    expect(await page.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(0);
    await openPage(page, 'alarms?tab=rules');
    await row(page, 'There is a token').waitFor();
    expect(await page.getByRole('button', { name: /Add rule|^Edit|^Delete/ }).count()).toBe(0);
    expect(await page.getByRole('switch').count()).toBe(0);
    await openPage(page, 'audit');
    await page.getByText('Access denied').waitFor();
    expect(complaints).toEqual([]);
  },
);

testWith(
  'chromium',
  'the audit log is filtered, shown whole, verified and exported in the page, and a credential that is revoked there is refused',
  async ({ chromium }) => {
    const { place, workbench } = await startProduct({
      before: async (place) => {
        await place.mint('=1+1');
        await place.mint('Second');
      },
    });
    const viewer = await place.jwt('viewer');
    const { page, complaints } = await visit(chromium, workbench.link);
    await openPage(page, 'audit');
    await page.getByText(/Verified up to .*, row \d+\./).waitFor();
    await pick(page, 'Event', 'token.created');
    await expect.poll(() => row(page, 'token.created').count()).toBe(2);
    expect(await row(page, 'credential.issued').count()).toBe(0);

    await page.getByRole('button', { name: 'Details of row 1', exact: true }).click();
    await page.getByRole('region', { name: 'Details' }).getByText('"name": "=1+1"').waitFor();
    await page.keyboard.press('Escape');

    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export CSV' }).click();
    const csv = await readFile(await (await download).path(), 'utf8');
    const [header, ...rows] = csv.trimEnd().split('\r\n');
    expect(header).toBe('seq,id,at,event,actor,via,ip,target,details,hash');
    expect(rows.map((line) => line.split(',')[3])).toEqual(['token.created', 'token.created']);
    const exported = (await place.story()).filter(({ event }) => event === 'audit.exported');
    expect(exported).toMatchObject([
      { actor: 'ada', via: 'grafana', details: { filters: { event: 'token.created' } } },
    ]);

    await openPage(page, 'audit?tab=sessions');
    await page.getByRole('button', { name: 'Revoke viewer' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row(page, 'viewer').getByText('Revoked').waitFor();
    const answer = await fetch(`${place.origin}/api/health`, { headers: { authorization: `Bearer ${viewer}` } });
    expect(answer.status).toBe(401);
    expect(complaints).toEqual([]);
  },
);

testWith(
  'chromium',
  'a token that leaked is replaced in the page at once, and what becomes of the old one is told when it is pasted for diagnosis',
  async ({ chromium }) => {
    const { place, server, workbench } = await startProduct();
    const { page, complaints } = await visit(chromium, workbench.link);
    await openTokens(page);
    const old = await mint(page, 'Leaky');
    await page.getByRole('button', { name: 'I have saved my token' }).click();
    expect((await scrape(place.origin, old)).status).toBe(200);

    await page.getByRole('button', { name: 'Rotate Leaky' }).click();
    await page.getByRole('radio', { name: /^Now: it leaked/ }).click({ force: true });
    await page.getByRole('button', { name: 'Revoke and replace' }).click();
    const secret = page.getByRole('textbox', { name: 'Token', exact: true });
    await secret.waitFor();
    const fresh = await secret.inputValue();
    expect((await scrape(place.origin, old)).status).toBe(401);
    expect((await scrape(place.origin, fresh)).status).toBe(200);
    await page.getByRole('button', { name: 'I have saved my token' }).click();

    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
    await page.getByRole('button', { name: 'Diagnose a token' }).click();
    await page.getByRole('textbox', { name: 'Scrape token' }).fill(old);
    await page.getByRole('button', { name: 'Diagnose', exact: true }).click();
    await page.getByText(/^Leaky was revoked on .* by ada\.$/).waitFor();
    expect(sent.join('\n')).toContain('/api/tokens/diagnose');
    expect(sent.join('\n')).not.toContain(old.slice(0, 11));

    await page.getByRole('button', { name: 'Show the token' }).click();
    const drawer = page.getByRole('dialog', { name: 'Leaky' });
    await drawer.getByText('Revoked').first().waitFor();
    await drawer.getByText('Active').first().waitFor(); // the successor, in the chain
    const story = (await place.story()).filter(({ event }) => event.startsWith('token.'));
    const ada = { actor: 'ada', via: 'grafana' };
    expect(story.map(({ event }) => event).sort()).toEqual([
      'token.created',
      'token.created',
      'token.revoked',
      'token.rotated',
    ]);
    for (const event of story) expect(event).toMatchObject(ada);
    expect(server.output()).not.toContain(old);
    expect(server.output()).not.toContain(fresh);
    expect(complaints).toEqual([]);
  },
);
