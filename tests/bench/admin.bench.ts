/**
 * What administrators ask of a large appliance: a million audit rows, 100,000 tokens and as many credentials. Each figure
 * beside the smallest answer of the same API in the same run.
 */
import { get } from 'node:http';
import { ask } from '../support/http.ts';
import { fillDatabase, type Filled } from './admin-data.ts';
import { percentile, printFigure } from './figures.ts';
import { configure, inFolder, memoryMb, serve, type Running } from './product.ts';
import { SCRAPE_PATH } from './prometheus.ts';

const ROWS = Number(process.env['VITALS_BENCH_ADMIN_ROWS'] ?? 1_000_000);
const TOKENS = ROWS / 10;
const TIMES = 40;
const MINUTE = 60_000;

const ago = (rows: number) => encodeURIComponent(new Date(Date.now() - rows * MINUTE).toISOString());
const filters = {
  'newest page': '',
  event: 'event=token.created',
  'rare event': 'event=alarm_rule.deleted',
  actor: encodeURI('actor=user 10'),
  address: 'ip=10.0.7.1',
  'unknown address': 'ip=203.0.113.9',
  'event and actor that never met': encodeURI('event=scrape.refused&actor=user 10'),
  'event and address that never met': 'event=scrape.refused&ip=192.0.2.1',
  'actor and address that never met': encodeURI('actor=user 10&ip=10.0.7.1'),
  'event, actor, address': encodeURI('event=token.created&actor=user 10&ip=192.0.2.1'),
  'a day long ago': `from=${ago(ROWS * 0.9)}&to=${ago(ROWS * 0.9 - 1440)}`,
  'all but the newest': `to=${ago(1000)}`,
  'all but the oldest': `from=${ago(ROWS - 1000)}`,
  'event, actor, address in a month long ago': encodeURI(
    `event=token.created&actor=user 10&ip=192.0.2.1&from=${decodeURIComponent(ago(ROWS / 2))}&to=${decodeURIComponent(ago(ROWS / 2 - 43_200))}`,
  ),
};
const paths: Record<string, string> = {
  ...Object.fromEntries(Object.entries(filters).map(([name, query]) => [`audit, ${name}`, `/api/audit?${query}`])),
  'tokens, newest page': '/api/tokens?sort=-createdAt',
  'tokens, by name': '/api/tokens?sort=name',
  'tokens, active by last use': '/api/tokens?status=active&sort=-lastUsedAt',
  'tokens, search': '/api/tokens?search=en%2099',
  'tokens, search that finds nothing': '/api/tokens?search=nothing',
  'credentials, newest page': '/api/credentials?limit=50',
  'credentials, active': '/api/credentials?status=active',
  'credentials, active viewers': '/api/credentials?status=active&role=viewer',
  'credentials, revoked': '/api/credentials?status=revoked',
  'credentials, expired collectors': '/api/credentials?status=expired&role=collector',
  integrations: '/api/integrations',
  verification: '/api/audit/verification',
};

interface Times {
  readonly p50: number;
  readonly p99: number;
}

async function measure(times: number, work: () => Promise<unknown>): Promise<Times> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const started = performance.now();
    await work();
    took.push(performance.now() - started);
  }
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}

function printTimes(name: string, { p50, p99 }: Times, baseline: Times): void {
  printFigure({ name: `${name}, p50`, unit: 'ms', value: p50, baseline: baseline.p50, baselineIsOurs: true });
  printFigure({ name: `${name}, p99`, unit: 'ms', value: p99, baseline: baseline.p99, baselineIsOurs: true });
}

/** Reads an export to its end. @returns its size, how long it took, and by how much the server's memory grew meanwhile */
async function exported({ port, pid }: Running, format: string, headers: Record<string, string>) {
  const before = memoryMb(pid);
  const started = performance.now();
  let most = before;
  let bytes = 0;
  const over = new AbortController();
  const reading = new Promise<void>((resolve, reject) => {
    const request = get({ port, path: `/api/audit/export?format=${format}`, headers, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject);
      response.on('end', resolve);
    });
  }).finally(() => over.abort());
  while (!over.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    most = Math.max(most, memoryMb(pid));
  }
  await reading;
  return { seconds: (performance.now() - started) / 1000, bytes, growth: most - before };
}

async function measureAll(server: Running, { jwt, secret }: Filled): Promise<void> {
  const origin = `http://127.0.0.1:${server.port}`;
  const headers = { authorization: `Bearer ${jwt}` };
  const request = async (path: string, options: { method?: string } = {}) => {
    const answer = await ask(origin + path, { headers, ...options });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text) as { state?: string };
  };
  const scrape = () => ask(origin + SCRAPE_PATH, { headers: { authorization: `Bearer ${secret}` } });
  await measure(TIMES, () => request('/api/health'));
  const smallest = await measure(TIMES, () => request('/api/health'));
  for (const [name, path] of Object.entries(paths)) {
    await request(path);
    printTimes(name, await measure(TIMES, () => request(path)), smallest);
  }

  await measure(TIMES, scrape);
  const quiet = await measure(500, scrape);
  const started = performance.now();
  await request('/api/audit/verification', { method: 'POST' });
  printTimes('scrape during a verification', await measure(500, scrape), quiet);
  while ((await request('/api/audit/verification')).state === 'checking') {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const seconds = (performance.now() - started) / 1000;
  if ((await request('/api/audit/verification')).state !== 'intact') throw new Error('the log does not verify');
  printFigure({ name: 'verification of all rows', unit: 'rows/s', value: ROWS / seconds });
  printTimes('verification, known', await measure(TIMES, () => request('/api/audit/verification')), smallest);

  for (const format of ['ndjson', 'csv']) {
    const { bytes, growth, seconds } = await exported(server, format, headers);
    const megabytes = bytes / 1e6;
    printFigure({
      name: `export as ${format}, growth of memory`,
      unit: 'MB',
      value: growth,
      baseline: megabytes,
      baselineIsOurs: true,
    });
    printFigure({
      name: `export as ${format}, rate`,
      unit: 'MB/s',
      value: megabytes / seconds,
    });
  }
  const exporting = exported(server, 'ndjson', headers);
  printTimes('scrape during an export', await measure(500, scrape), quiet);
  await exporting;
}

await inFolder(async (folder) => {
  const settings = await configure(folder);
  const filled = await fillDatabase(settings, ROWS, TOKENS);
  const server = await serve(settings);
  await measureAll(server, filled);
  await server.stop();
});
