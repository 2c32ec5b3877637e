import type { Browser } from 'playwright-core';
import { afterAll } from 'vitest';
import { startWorkbench, type Workbench } from '../../workbench/server/workbench.ts';
import { startFakeBackend, type FakeBackend } from '../plugin/fakeBackend.ts';
import { sharedBrowser, temporaryFolder } from './browser.ts';

interface PluginWorkbench {
  readonly browser: Browser;
  readonly backend: FakeBackend;
  readonly workbench: Workbench;
}

/** The built plugin in a workbench of its own, before a fake backend until the file's tests are over, and a browser to open it with. */
export async function startPluginWorkbench(): Promise<PluginWorkbench> {
  const backend = await startFakeBackend();
  afterAll(() => backend.close());
  const workbench = await startWorkbench({
    port: 0,
    dataDir: temporaryFolder(),
    backendUrl: backend.url,
    credential: 'header.payload.signature',
  });
  afterAll(() => workbench.close());
  return { browser: await sharedBrowser(), backend, workbench };
}
