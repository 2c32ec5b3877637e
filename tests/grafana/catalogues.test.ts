import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { ask } from '../support/http.ts';
import { freePort } from '../support/server.ts';
import { openTokens, row, scrape } from './app.ts';
import { inEachShell } from './product.ts';
const shipped = (name: string) => join(import.meta.dirname, '../../catalogues', `${name}.yaml`);

const prometheus = { enabled: true, catalogues: [shipped('dockmesh')], auth: { basic_password: true } };

const card = (page: Page, id: string) => page.getByTestId(`vitals-${id}`);

inEachShell(
  'a catalogue in the page: how to report, who reports, a token that reads it and nothing else, and its reporter among the sessions',
  async (start) => {
    const { place, shell, browser } = await start({ settings: { prometheus } });
    const { page, complaints } = await shell.enter(browser, 'ada');
    await page.goto(shell.page('integrations'));
    await page.getByText('A token as the password of Basic authentication').waitFor();
    await card(page, 'catalogue').getByText('No reports').waitFor();
    await card(page, 'catalogue').getByText('POST /api/reports/dockmesh?instance=NAME').waitFor();

    const issue = ['credential', 'issue', '--role', 'reporter', '--catalogue', 'dockmesh', '--ttl', '1d'];
    const { jwt } = await place.cli<{ jwt: string }>(...issue, '--name', 'Rack 7');
    const report = await fetch(`${place.origin}/api/reports/dockmesh?instance=rack-7`, {
      method: 'POST',
      headers: { authorization: `Bearer ${jwt}`, 'content-type': 'text/plain; version=0.0.4' },
      body: '# TYPE dockmesh_hosts_total gauge\ndockmesh_hosts_total{status="online"} 3\n',
    });
    expect(report.status, await report.text()).toBe(200);
    await page.reload();
    await card(page, 'catalogue').getByText('Reporting').waitFor();
    await page.getByRole('button', { name: 'Details of dockmesh' }).click();
    await row(page, 'rack-7').getByText('in 5 minutes').waitFor();
    await page.keyboard.press('Escape');

    await openTokens(shell, page);
    await page.getByRole('button', { name: 'Create Token' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Container team');
    await dialog.getByRole('checkbox', { name: /^Platform health/ }).uncheck({ force: true });
    await dialog.getByRole('checkbox', { name: /^dockmesh/ }).check({ force: true });
    await dialog.getByRole('button', { name: 'Create Token' }).click();
    const secret = await page.getByRole('textbox', { name: 'Token' }).inputValue();
    await page.getByText('metrics_path: /api/metrics/catalogues/dockmesh').waitFor();
    const read = await ask(`${place.origin}/api/metrics/catalogues/dockmesh`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(read.text).toContain('dockmesh_hosts_total{');
    expect((await scrape(place.origin, secret)).status).toBe(401);
    await page.getByRole('button', { name: 'I have saved my token' }).click();
    await row(page, 'Container team').getByText('Scope: dockmesh').waitFor();

    await page.goto(shell.page('audit?tab=sessions'));
    await row(page, 'Rack 7').getByText('for dockmesh').waitFor();
    expect(complaints).toEqual([]);
  },
);

inEachShell(
  'a push that is set up in the page against a gateway that is away says so when it is tried and when it is on; a viewer sees it and changes nothing',
  async (start) => {
    const { shell, browser } = await start();
    const { page, complaints } = await shell.enter(browser, 'ada');
    const host = `127.0.0.1:${await freePort()}`;
    await page.goto(shell.page('integrations'));
    await card(page, 'push').getByText('Off').waitFor();
    await page.getByRole('button', { name: 'Configure Pushgateway' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Pushgateway URL' }).fill(`http://${host}`);
    await form.getByRole('textbox', { name: 'User name' }).fill('vitals');
    await form.getByRole('textbox', { name: 'Password' }).fill('hunter2hunter2');
    await form.getByRole('button', { name: 'Test' }).click();
    await form.getByText(`Nothing listens at ${host}.`).waitFor();
    await form.getByRole('switch', { name: 'Push platform health' }).check({ force: true });
    await form.getByRole('spinbutton', { name: 'Interval in seconds' }).fill('1');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await expect
      .poll(async () => {
        await page.reload();
        await card(page, 'push').getByText(`http://${host}`, { exact: true }).waitFor();
        return card(page, 'push').innerText();
      })
      .toContain(`The last push failed: Nothing listens at ${host}.`);

    // What is kept goes to the host that it was given for, and to no other.
    await page.getByRole('button', { name: 'Configure Pushgateway' }).click();
    await form.getByRole('textbox', { name: 'Pushgateway URL' }).fill('http://127.0.0.2:9091');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('Give it again').waitFor();
    await expect.poll(() => form.getByRole('textbox', { name: 'Password' }).inputValue()).toBe('');
    await form.getByRole('button', { name: 'Cancel' }).click();

    const viewer = (await shell.enter(browser, 'vint')).page;
    await viewer.goto(shell.page('integrations'));
    await card(viewer, 'push').getByText('Failing').waitFor();
    expect(await card(viewer, 'push').getByRole('button').count()).toBe(0);
    expect(complaints.filter((each) => !/status of 400/.test(each))).toEqual([]); // the browser's own line of the refusal
  },
);
