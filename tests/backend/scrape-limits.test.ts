import { expect, test } from 'vitest';
import { bearer } from '../support/app.ts';
import { changed } from '../support/catalogues.ts';
import { shows, startLocalExporter } from '../support/local-exporter.ts';
import { pumps, reportApp } from '../support/reports.ts';

/** The platform's own endpoint, for which a local exporter has to be asked. */
async function behindExporter() {
  const exporter = await startLocalExporter(shows('pumps_up{pump="well"} 1\n'));
  const source = `source: ${JSON.stringify({ scrape: exporter.url })}\n`;
  const t = await reportApp([changed(pumps, 'instances: [north, south]\nttl: 1m\n', source)]);
  return { ...t, exporter };
}

test('forty scrapes are worked on at once, half of them with one token; one more is told to come back, and finds its place again later', async () => {
  const { scrape, mint, exporter } = await behindExporter();
  await scrape();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  exporter.answer((request, response) => void held.then(() => shows('pumps_up{pump="well"} 1\n')(request, response)));
  const other = bearer((await mint()).secret);
  const waiting = Array.from({ length: 20 }, () => scrape());
  const own = await scrape();
  expect([own.statusCode, own.headers['retry-after']]).toEqual([503, '5']);
  expect(own.json()).toMatchObject({ code: 'unavailable', detail: 'Too many requests of this credential at once.' });
  waiting.push(...Array.from({ length: 20 }, () => scrape('platform', other)));
  await exporter.asked(2);
  const over = await scrape('platform', bearer((await mint()).secret));
  expect([over.statusCode, over.headers['retry-after']]).toEqual([503, '5']);
  expect(over.json()).toMatchObject({ code: 'unavailable', detail: 'Too many scrapes at once.' });
  release();
  expect(new Set((await Promise.all(waiting)).map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
  expect((await scrape()).statusCode).toBe(200);
});

test('a scrape that fails gives its place back', async () => {
  const t = await behindExporter();
  await t.scrape();
  const { metrics } = t.services;
  const { refresh } = metrics;
  Object.assign(metrics, { refresh: () => Promise.reject(new Error('away')) });
  for (let i = 0; i < 41; i++) expect((await t.scrape()).json()).toMatchObject({ status: 500 });
  Object.assign(metrics, { refresh });
  expect((await t.scrape()).statusCode).toBe(200);
});

test.each([
  ['10', '9'],
  ['0.5', '0.25'],
  [undefined, '9'],
])('a scraper that waits for %s s leaves the local exporter %s s', async (timeout, left) => {
  const { scrape, exporter } = await behindExporter();
  await scrape('platform', timeout === undefined ? {} : { 'x-prometheus-scrape-timeout-seconds': timeout });
  expect(exporter.requests[0]?.headers['x-prometheus-scrape-timeout-seconds']).toBe(left);
});

test('an exporter that does not answer in that time is left out, and the rest is answered', async () => {
  const { scrape, exporter } = await behindExporter();
  exporter.answer(() => undefined);
  const answer = await scrape('platform', { 'x-prometheus-scrape-timeout-seconds': '0.3' });
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('dhcp_dpi_catalogue_source_up{catalogue="pumps"} 0\n');
  expect(answer.body).not.toContain('pumps_up{');
});
