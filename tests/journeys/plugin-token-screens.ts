import type { Page } from 'playwright-core';
import { makeToken, type FakeBackend } from '../plugin/fakeBackend.ts';
import { makeProgress } from '../plugin/fakeTokens.ts';

const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** Tokens that want looking after, and what is seen of their users. */
function troubledTokens(backend: FakeBackend): void {
  const old = makeToken({
    id: 'noc-1',
    name: 'NOC, both Prometheus servers',
    prefix: 'vst_9fQ2mX',
    createdAt: ago(2000),
    lastUsedAt: ago(0.01),
    lastIp: '192.0.2.17',
    expiresAt: ago(-100),
    predecessorId: 'noc-0',
    successorId: 'noc-2',
    concerns: ['expires_soon', 'shared'],
  });
  const oldest = makeToken({
    id: 'noc-0',
    name: old.name,
    prefix: 'vst_0aB7cD',
    createdAt: ago(9000),
    successorId: 'noc-1',
    status: 'revoked',
    revokedAt: ago(1999),
    revokedBy: 'rotation',
    concerns: ['knocking'],
  });
  const newest = makeToken({
    id: 'noc-2',
    name: old.name,
    prefix: 'vst_Kd81sT',
    createdAt: ago(0.5),
    lastUsedAt: ago(0.005),
    lastIp: '192.0.2.17',
    expiresAt: ago(-2100),
    predecessorId: 'noc-1',
  });
  const quiet = makeToken({ name: 'Lab', createdAt: ago(500), lastUsedAt: ago(30), concerns: ['silent'] });
  backend.tokens.push(newest, old, oldest, quiet);
  backend.progress['noc-2'] = makeProgress({
    predecessorId: 'noc-1',
    successorId: 'noc-2',
    startedAt: ago(0.5),
    waitingFor: 'silence',
    successorUsedAt: ago(0.4),
    silentSeconds: 190,
    latestAt: ago(-24),
  });
  const userAgent = 'Prometheus/3.5.0';
  backend.consumers['noc-1'] = {
    usualIntervalSeconds: 30,
    lastScrape: {
      at: ago(0.01),
      durationSeconds: 0.0021,
      format: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      ip: '192.0.2.17',
      userAgent,
    },
    consumers: [
      { ip: '192.0.2.17', userAgent, firstAt: ago(2000), lastAt: ago(0.01), scrapes: 239_870 },
      { ip: '2001:db8:5:17::a11c:4f2a', userAgent, firstAt: ago(26), lastAt: ago(0.02), scrapes: 3120 },
      { ip: '198.51.100.9', userAgent: null, firstAt: ago(3), lastAt: ago(2), scrapes: 2 },
    ],
    knocking: null,
    concerns: ['expires_soon', 'shared'],
  };
  backend.consumers['noc-0'] = {
    ...backend.consumers['noc-1'],
    knocking: { ip: '203.0.113.80', reason: 'revoked', count: 1204, lastAt: ago(0.05) },
    consumers: [],
    concerns: ['knocking'],
  };
}

type Look = (page: Page, name: string) => Promise<void>;

/** The details of a token, its rotation and a diagnosis; begins and ends on the token page. */
export async function lookAtTokens(page: Page, backend: FakeBackend, look: Look): Promise<void> {
  troubledTokens(backend);
  await page.reload();
  await page.getByText('Still in use').waitFor();
  await look(page, 'tokens-concerns');

  const details = page.getByRole('button', { name: 'NOC, both Prometheus servers', exact: true });
  await details.nth(1).click();
  await page.getByText('Recent clients').waitFor();
  await look(page, 'details');
  await page.getByRole('button', { name: 'vst_0aB7cD…' }).click();
  await page.getByText('Rejected scrapes so far').waitFor();
  await look(page, 'details-knocking');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Rotate Grafana Cloud Staging' }).click();
  await page.getByRole('dialog').waitFor();
  await look(page, 'rotate');
  await page.getByRole('radio', { name: 'After a fixed time' }).click();
  await look(page, 'rotate-timed');
  await page.getByRole('radio', { name: 'Revoke immediately (leaked)' }).click();
  await look(page, 'rotate-leaked');
  await page.getByRole('radio', { name: 'When the new token is in use' }).click();
  await page.getByRole('button', { name: 'Rotate token' }).click();
  await page.getByText('Waiting for the new token to be used').waitFor();
  await look(page, 'rotated');
  await page.getByRole('button', { name: 'I have saved my token' }).click();

  await page.getByRole('button', { name: 'Diagnose a token' }).click();
  await page.getByRole('textbox', { name: 'Scrape token' }).fill('hunter2');
  await page.getByRole('button', { name: 'Diagnose', exact: true }).click();
  await page.getByText('This is no scrape token').waitFor();
  await look(page, 'diagnose-invalid');
  backend.diagnosis = { verdict: 'typo', token: backend.tokens.find(({ id }) => id === 'noc-1') ?? null };
  await page.getByRole('textbox', { name: 'Scrape token' }).fill('vst_9fQ2mXsomething');
  await page.getByRole('button', { name: 'Diagnose', exact: true }).click();
  await page.getByText('mistyped or cut off').waitFor();
  await look(page, 'diagnose-typo');
  await page.keyboard.press('Escape');
}
