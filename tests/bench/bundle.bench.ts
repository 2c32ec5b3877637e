/** What a browser really loads of the app's own when the tokens page is opened first, compressed as Grafana sends it. */
import { gzipSync } from 'node:zlib';
import { printFigure } from './figures.ts';
import { inFolder } from './product.ts';
import { openTokensPage } from './tokens-page.ts';

const MUST_BYTES = 120_000;
/** Scripts and texts; the manifest and pictures are read by Grafana itself. */
const OWN = /\/public\/plugins\/appliance-vitals-app\/(?!plugin\.json).*\.js(on)?(\?|$)/;

await inFolder(async (folder) => {
  const page = await openTokensPage(folder);
  if (!page) return;
  const loaded = page.responses.filter((response) => OWN.test(response.url()));
  const sizes = await Promise.all(loaded.map(async (one) => gzipSync(await one.body()).length));
  await page.close();
  const value = sizes.reduce((sum, size) => sum + size, 0);
  printFigure({ name: 'first load of the tokens page, our own', unit: 'bytes', value, must: { value: MUST_BYTES } });
  printFigure({ name: 'first load of the tokens page, our own files', unit: 'files', value: loaded.length });
});
