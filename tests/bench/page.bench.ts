/** What an open tokens page costs the appliance that it shows: requests to the backend, and its processor time. */
import { setTimeout as pause } from 'node:timers/promises';
import { printFigure } from './figures.ts';
import { cpuMs, inFolder } from './product.ts';
import { openTokensPage } from './tokens-page.ts';

/** Long enough for the slowest polling of the page. */
const WATCHED_MS = 60_000;
const TO_BACKEND = /appliance-vitals-app\//;
const STATIC = /\/public\/|\/a\/appliance-vitals-app\//;

await inFolder(async (folder) => {
  const page = await openTokensPage(folder);
  if (!page) return;
  const { pid } = page.backend;
  const asked = () => page.responses.filter((one) => TO_BACKEND.test(one.url()) && !STATIC.test(one.url())).length;
  const opening = asked();
  const used = cpuMs(pid);
  await pause(WATCHED_MS);
  const polled = asked() - opening;
  const open = cpuMs(pid) - used;
  await page.closePage();
  const usedThen = cpuMs(pid);
  await pause(WATCHED_MS);
  const idle = cpuMs(pid) - usedThen;
  await page.close();
  printFigure({ name: 'tokens page, requests to open it', unit: 'requests', value: opening });
  printFigure({ name: 'tokens page, requests a minute while it is open', unit: 'requests', value: polled });
  printFigure({ name: 'tokens page, processor time of the backend a minute', unit: 'ms', value: open - idle });
});
