import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { mediaTypes, oddTexts, readOddText, seriesKey } from '../support/odd-texts.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { eventually } from '../support/server.ts';
import { testWith } from '../tools.ts';

/** Shows each text at its own path. */
async function show(): Promise<string> {
  const server = createServer(({ url }, response) => {
    const { dialect, body } = oddTexts[Number(url?.slice(1))]!;
    response.writeHead(200, { 'content-type': mediaTypes[dialect] }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Target {
  readonly scrapePool: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

/** What Prometheus made of each text, once it has scraped all of them: its series, or why it has none. */
async function scraped(prometheus: Prometheus): Promise<Map<string, Map<string, number> | string>> {
  const targets = await eventually('every text was scraped, and what came of it can be queried', async () => {
    const { result } = await prometheus.api<{ result: unknown[] }>('query?query=up');
    if (result.length < oddTexts.length) return false;
    return (await prometheus.api<{ activeTargets: Target[] }>('targets')).activeTargets;
  });
  const found = new Map<string, Map<string, number> | string>(
    targets.map(({ scrapePool, health, lastError }) => [scrapePool, health === 'up' ? new Map() : lastError]),
  );
  const all = encodeURIComponent('{job=~".+",__name__!~"up|scrape_.*"}');
  const { result } = await prometheus.api<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
    `query?query=${all}`,
  );
  for (const { metric, value } of result) {
    const labels = Object.entries(metric).filter(([name]) => name !== 'job' && name !== 'instance');
    const series = found.get(metric['job'] ?? '');
    if (typeof series !== 'object') continue;
    series.set(seriesKey(Object.fromEntries(labels)), Number(value[1].replace('Inf', 'Infinity')));
  }
  return found;
}

const sorted = (found: Map<string, number> | string | undefined) =>
  typeof found === 'object' ? [...found].toSorted(([one], [other]) => (one < other ? -1 : 1)) : 'refused';

testWith(
  'prometheus',
  'of every odd text come the series that a real Prometheus takes from it, but for what is refused on purpose',
  async ({ prometheus: binary }) => {
    const address = await show();
    const jobs = oddTexts.map((_text, index) => ({
      job_name: String(index),
      metrics_path: `/${index}`,
      honor_timestamps: false,
      scrape_interval: '2s',
      static_configs: [{ targets: [address] }],
    }));
    const theirs = await scraped(await startPrometheus(binary, temporaryFolder(), jobs));
    const alike = oddTexts.flatMap((text, index) => (text.compared === 'alike' ? [{ text, index }] : []));
    expect(alike.map(({ text }) => [text.title, sorted(readOddText(text))])).toEqual(
      alike.map(({ text, index }) => [text.title, sorted(theirs.get(String(index)))]),
    );
    for (const [index, text] of oddTexts.entries()) {
      if (text.compared !== 'on purpose') continue;
      expect([text.title, sorted(readOddText(text))]).toEqual([text.title, 'refused']);
      expect([text.title, typeof theirs.get(String(index))]).toEqual([text.title, 'object']);
    }
  },
);
