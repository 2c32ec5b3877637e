import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sourcesOf } from '../support/bundle.ts';
import { ask } from '../support/http.ts';
import { makePlace } from '../support/place.ts';
import { eventually, startServer } from '../support/server.ts';

const PROBE = fileURLToPath(new URL('../../build/tests/support/probe.js', import.meta.url));

/** What `tests/support/probe.ts` writes down. */
interface Report {
  readonly scripts: string[];
  readonly required: string[];
  readonly resources: string[];
  readonly alive: { type: string; by: string }[];
}

/** Starts the built server with the endpoint on or off, asks for the scrape route, and looks into the process. */
async function lookInto(prometheus: boolean): Promise<Report & { status: number }> {
  const place = await makePlace({ prometheus });
  const { secret } = await place.mint('Prometheus');
  const file = join(place.folder, 'report.json');
  const { child } = await startServer(place.config, { execArgv: ['--import', PROBE], env: { VITALS_PROBE: file } });

  const url = `${place.origin}/api/metrics/prometheus`;
  const headers = { authorization: `Bearer ${secret}`, connection: 'close' };
  const { status } = await ask(url, { headers });
  child.kill('SIGUSR2');
  await eventually('the process reports', () => existsSync(file));
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as Report), status };
}

const ofScrape = /^backend\/(?:scrape\/|metrics\/(?:registry|runtime)\.)/;
const ofPromClient = /^node_modules\/prom-client\//;

/** Files of ours or of a package that made a timer which is still there, by the sources that stack traces name. */
function timerMakers({ alive }: Report): string[] {
  const timers = alive.filter(({ type, by }) => (type === 'Timeout' || type === 'Immediate') && by !== 'node');
  return timers.map(({ by }) => /(?:backend|node_modules)\/[^:)]+/.exec(by)?.[0] ?? by);
}

/** The kind of handle behind prom-client's event loop histogram. */
const histograms = ({ alive }: Report) => alive.filter(({ type }) => type === 'ELDHISTOGRAM');

test('switched off, the route is a 404, nothing that collects is loaded, and nothing ticks for it', async () => {
  const off = await lookInto(false);
  const sources = sourcesOf([...off.scripts, ...off.required]);
  expect(off.status).toBe(404);
  expect(sources).toContain('backend/server.ts');
  expect(sources.filter((source) => ofScrape.test(source) || ofPromClient.test(source))).toEqual([]);
  expect(off.resources).not.toContain('Timeout');
  // What ticks without the endpoint: the outbox, expiring tokens, the audit log's verification, and what the background
  // starts by itself: the alarm engine, and once a day retention and the audit log's head.
  const others = ['notifications/dispatcher', 'tokens/maintenance', 'audit/background-verifier', 'background'];
  expect(new Set(timerMakers(off))).toEqual(new Set(others.map((file) => `backend/${file}.ts`)));
  expect(histograms(off)).toEqual([]);
});

test('switched on, the same look finds prom-client, backend/scrape/ and what ticks for them', async () => {
  const on = await lookInto(true);
  const sources = sourcesOf([...on.scripts, ...on.required]);
  expect(on.status).toBe(200);
  expect(sources.filter((source) => ofPromClient.test(source))).not.toEqual([]);
  expect(sources.filter((source) => ofScrape.test(source))).not.toEqual([]);
  expect(timerMakers(on)).toContain('backend/database/write-behind.ts'); // the last use, a little later
  expect(timerMakers(on)).toContain('backend/push/pusher.ts'); // looks whether it is to push
  expect(histograms(on)).toHaveLength(1);
});
