/** The tokens page of the built app, in a real browser and the workbench, in front of a real backend. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Response } from 'playwright-core';
import { onPath } from './peers.ts';
import { PRODUCT, configure, createToken, freePort, issueCredential, serve, started, type Running } from './product.ts';

export interface TokensPage {
  readonly backend: Running;
  /** What the page has been answered so far, since it was opened first. */
  readonly responses: readonly Response[];
  /** Leaves the page; the backend goes on. */
  closePage(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the page as somebody who was not there before. @returns nothing where there is no Chromium. */
export async function openTokensPage(folder: string): Promise<TokensPage | undefined> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? onPath('chromium');
  if (executablePath === undefined) {
    console.error('chromium is not installed; node scripts/test-tools.mjs installs it where it may.');
    return undefined;
  }
  const { backend, workbench, link } = await startWorkbench(folder);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext({ locale: 'en-US' });
  const entrance = await context.newPage();
  await entrance.goto(link);
  await entrance.waitForURL('**/a/appliance-vitals-app/**');
  await entrance.close();

  const page = await context.newPage();
  const responses: Response[] = [];
  page.on('response', (response) => responses.push(response));
  await page.goto(`http://127.0.0.1:${workbench.port}/a/appliance-vitals-app/integrations/prometheus`);
  await page.getByRole('row', { name: /Prometheus/ }).waitFor();
  await page.waitForLoadState('networkidle');
  return {
    backend,
    responses,
    closePage: () => page.close(),
    async close() {
      await browser.close();
      await workbench.stop();
      await backend.stop();
    },
  };
}

async function startWorkbench(folder: string): Promise<{ backend: Running; workbench: Running; link: string }> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const grafana = { jwks_url: `${origin}/api/signing-keys/keys`, issuer: `${origin}/`, org_id: 1 };
  const settings = await configure(folder, { auth: { key_file: 'jwt-key.json', grafana } });
  await createToken(settings);
  const credentialFile = join(folder, 'credential');
  writeFileSync(credentialFile, await issueCredential(settings, 'grafana'));
  const backend = await serve(settings);

  const dataDir = join(folder, 'workbench');
  mkdirSync(dataDir);
  const child = spawn(
    process.execPath,
    [
      ...[join(PRODUCT, 'build/workbench/server/main.js'), '--port', String(port), '--data-dir', dataDir],
      ...['--backend-url', `http://127.0.0.1:${backend.port}`, '--credential-file', credentialFile],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const workbench = await started(child, port, 'org_id');
  const link = /^ {2}(http\S+)$/m.exec(said)?.[1];
  if (link === undefined) throw new Error(`the workbench named no link: ${said}`);
  return { backend, workbench, link };
}
