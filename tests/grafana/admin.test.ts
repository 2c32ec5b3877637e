import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { expectTurnedAway, mint, openTokens, pick, row, scrape } from './app.ts';
import { inEachShell } from './product.ts';

inEachShell(
  'a rule made in the page fires, rings the bell, is acknowledged by an editor, and the audit log names them; a viewer only reads',
  async (start) => {
    const { shell, browser } = await start({
      settings: { alarms: { tick_seconds: 1 } },
      before: (place) => place.mint('Watched'),
    });
    const { page, complaints } = await shell.enter(browser, 'ada');
    await page.goto(shell.page('alarms?tab=rules'));
    await page.getByRole('button', { name: 'Add rule' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('There is a token');
    await pick(page, 'Metric', 'dhcp_dpi_scrape_tokens');
    await pick(page, 'Label “status”', 'active');
    await page.getByRole('spinbutton', { name: 'Threshold' }).fill('0');
    await page.getByText('Would fire now: 1').waitFor();
    await page.getByRole('button', { name: 'Save rule' }).click();
    await row(page, 'There is a token').waitFor();

    const editor = await shell.enter(browser, 'grace');
    await editor.page.goto(shell.page('alarms'));
    await editor.page.getByRole('button', { name: 'Acknowledge There is a token' }).click();
    await row(editor.page, 'There is a token').getByText('grace').waitFor();
    await page.goto(shell.page('alarms'));
    await row(page, 'There is a token').getByText('grace').waitFor();
    await page.getByRole('button', { name: 'Details of There is a token' }).click();
    const timeline = page.getByRole('dialog').getByRole('listitem');
    await expect.poll(() => timeline.count()).toBe(2);

    await page.goto(shell.page('alarms'));
    await page.getByRole('button', { name: /^Notifications, \d+ unread$/ }).click();
    const bell = page.getByRole('dialog', { name: 'Notifications' });
    await bell.getByText('There is a token').first().waitFor();
    await bell.getByRole('button', { name: 'Mark all as read' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();

    await page.goto(shell.page('audit?event=alarm.acknowledged'));
    await expect
      .poll(() => row(page, 'alarm.acknowledged').allInnerTexts())
      .toEqual([expect.stringContaining('grace')]);

    const viewer = await shell.enter(browser, 'vint');
    await viewer.page.goto(shell.page('alarms'));
    await row(viewer.page, 'There is a token').waitFor();
    expect(await viewer.page.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(0);
    await viewer.page.goto(shell.page('alarms?tab=rules'));
    await row(viewer.page, 'There is a token').waitFor();
    expect(await viewer.page.getByRole('button', { name: /Add rule|^Edit|^Delete/ }).count()).toBe(0);
    await expectTurnedAway(shell, viewer.page, 'audit');
    complaints.push(...editor.complaints, ...viewer.complaints);
    expect(complaints).toEqual([]);
  },
);

inEachShell(
  'the audit log is filtered, shown whole, verified and exported in the page, and a credential that is revoked there is refused',
  async (start) => {
    const { place, shell, browser } = await start({
      before: async (place) => {
        await place.mint('=1+1');
        await place.mint('Second');
      },
    });
    const viewer = await place.jwt('viewer');
    const { page, complaints } = await shell.enter(browser, 'ada');
    await page.goto(shell.page('audit'));
    await page.getByText(/Verified up to .*, row \d+\./).waitFor();
    await pick(page, 'Event', 'token.created');
    await expect.poll(() => row(page, 'token.created').count()).toBe(2);
    await expect.poll(() => row(page, 'credential.issued').count()).toBe(0);

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

    await page.goto(shell.page('audit?tab=sessions'));
    await page.getByRole('button', { name: 'Revoke viewer' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await row(page, 'viewer').getByText('Revoked').waitFor();
    const answer = await fetch(`${place.origin}/api/health`, { headers: { authorization: `Bearer ${viewer}` } });
    expect(answer.status).toBe(401);
    expect(complaints).toEqual([]);
  },
);

inEachShell(
  'a token that leaked is replaced in the page at once, and what becomes of the old one is told when it is pasted for diagnosis',
  async (start) => {
    const { place, server, shell, browser } = await start();
    const { page, complaints } = await shell.enter(browser, 'ada');
    await openTokens(shell, page);
    const old = await mint(page, 'Leaky');
    await page.getByRole('button', { name: 'I have saved my token' }).click();
    expect((await scrape(place.origin, old)).status).toBe(200);

    await page.getByRole('button', { name: 'Rotate Leaky' }).click();
    await page.getByRole('radio', { name: /^Revoke immediately \(leaked\)/ }).click({ force: true });
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
