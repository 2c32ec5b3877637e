import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { startReporter } from '../support/reporting.ts';
import { eventually, freePort } from '../support/server.ts';
import { testWith } from '../tools.ts';

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

const rejected: Reply = {
  status: 400,
  body: {
    title: 'The report does not fit its catalogue.',
    detail: 'Line 3.',
    errors: [{ field: 'line 3', message: 'is wrong' }],
  },
};
const busy: Reply = { status: 503, headers: { 'retry-after': '1' }, body: { title: 'It is busy.' } };
const taken: Reply = {
  status: 200,
  body: { catalogue: 'any', instance: 'one', families: 2, series: 3, expiresAt: 'soon' },
};

/** Gives these replies, one to each report, the last one ever after. */
async function startVitals(replies: readonly Reply[]) {
  const requests: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const { status, headers, body } = replies[Math.min(requests.length, replies.length - 1)]!;
    requests.push({ url: request.url, headers: request.headers });
    request.resume().on('end', () => response.writeHead(status, headers).end(JSON.stringify(body)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, requests };
}

function environmentOf(port: number) {
  const credential = join(temporaryFolder(), 'credential');
  writeFileSync(credential, 'a.jwt.\n');
  return {
    VITALS_URL: `http://127.0.0.1:${port}`,
    VITALS_CREDENTIAL_FILE: credential,
    VITALS_INSTANCE: 'a name/with a slash',
  };
}

const inventory = (folder: string) => {
  const file = join(folder, 'inventory.json');
  const lists = ['hardware', 'computeUnits', 'storage', 'services', 'clusters', 'externalNodes', 'misc', 'tags'];
  const nothing = Object.fromEntries(lists.map((list) => [list, []]));
  writeFileSync(file, JSON.stringify({ role: 'test', docs: '.', auditLog: 'audit.ndjson', ...nothing }));
  return file;
};

type Command = readonly [program: string, file: string, ...args: string[]];

/** One written with each client library. */
const reporters: Readonly<Record<string, (python: string) => Command>> = {
  'prom-client': () => [process.execPath, 'flowtriq/reporter.mjs'],
  'the Python client': (python) => [python, 'circuit-breaker/reporter.py', '--inventory', inventory(temporaryFolder())],
};

for (const [library, command] of Object.entries(reporters)) {
  testWith('python3', `with ${library}, a reporter says why it was refused, and goes on`, async ({ python3 }) => {
    const vitals = await startVitals([rejected, busy, taken]);
    const reporter = startReporter(environmentOf(vitals.port), ...command(python3), '--every', '0.1');
    await eventually('a report is taken', () => reporter.output().includes('Vitals took 3 series of 2 families'));
    expect(reporter.output()).toContain('400: The report does not fit its catalogue. Line 3.\n  line 3: is wrong\n');
    expect(reporter.output()).toContain('503: It is busy.');
    expect(vitals.requests[0]).toMatchObject({
      url: expect.stringMatching(/^\/api\/reports\/[a-z-]+\?instance=a%20name%2Fwith%20a%20slash$/),
      headers: {
        authorization: 'Bearer a.jwt.',
        'content-type': expect.stringMatching(/^(text\/plain|application\/openmetrics-text); version=/),
      },
    });
    expect(await reporter.stop()).toBe(0);
  });

  testWith('python3', `with ${library}, one report’s exit code says whether it was taken`, async ({ python3 }) => {
    const vitals = await startVitals([rejected, taken]);
    const once = () => startReporter(environmentOf(vitals.port), ...command(python3), '--once').exited;
    expect(await once()).toBe(1);
    expect(await once()).toBe(0);
  });

  testWith(
    'python3',
    `with ${library}, a reporter without a backend waits, and ends when it is told to`,
    async (tools) => {
      const reporter = startReporter(environmentOf(await freePort()), ...command(tools.python3), '--every', '0.1');
      await eventually('it has tried twice', () => reporter.output().split('Vitals does not answer').length > 2);
      expect(await reporter.stop()).toBe(0);
    },
  );
}
