import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { newExporterState } from '../../backend/exporters/state.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { Refusal } from '../../backend/http/refusal.ts';
import type {
  Dropped,
  ValidationOptions,
  AcceptedExposition,
  ValidateExposition,
} from '../../backend/reports/validate/accepted.ts';
import { MAX_DISTINCT_DROPS } from '../../backend/reports/validate/accepted.ts';
import { createExporters } from '../../backend/exporters/exporters.ts';
import type { CatalogueSource } from '../../contract/catalogue-model.ts';
import { changed, checkText, greenhouse } from '../support/catalogues.ts';
import { fakeClock } from '../support/clock.ts';
import { shows, startLocalExporter } from '../support/local-exporter.ts';
import { whenOver } from '../support/over.ts';

const PATIENCE_MS = 30_000;
const SHORT_MS = 50;

/** The example of the documentation with a local exporter. */
function catalogueOf(source: CatalogueSource, id = 'greenhouse') {
  const { described } = checkText(
    changed(greenhouse, 'id: greenhouse\n', `id: ${id}\nsource: ${JSON.stringify(source)}\n`),
  );
  return described!;
}

/** What a reader makes of a text: as many series as it has lines. */
function acceptedOf(body: Uint8Array, dropped: readonly Dropped[] = []): AcceptedExposition {
  const lines = Buffer.from(body).toString('utf8').split('\n').length - 1;
  return { families: [], series: lines, values: new Map(), dropped };
}

interface Given {
  readonly exporters: Readonly<Record<string, CatalogueSource>>;
  readonly validate?: ValidateExposition;
}

function start({ exporters: given, validate = (body) => Promise.resolve(acceptedOf(body)) }: Given) {
  const clock = fakeClock();
  const lines: string[] = [];
  const state = newExporterState(Object.keys(given));
  const catalogues = Object.entries(given).map(([id, source]) => catalogueOf(source, id));
  const exporters = createExporters({
    catalogues: [...catalogues, checkText(greenhouse).described!],
    sourceHosts: [],
    version: '1.2.3',
    clock,
    logger: createLogger({ write: (line: string) => void lines.push(line) }),
    state,
    validate,
  });
  whenOver(() => exporters.close());
  return { exporters, clock, state, logged: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg) };
}

const dropped = (name: string, more: Partial<Dropped> = {}): Dropped => {
  return { reason: 'unknown_family', name, label: null, samples: 1, ...more };
};

test('what it shows is read by its catalogue: what the catalogue does not allow is dropped, and nothing is called by an instance', async () => {
  const exporter = await startLocalExporter(shows('a 1\nb 2\n'));
  const asked: { text: string; options: ValidationOptions }[] = [];
  const { exporters } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: (body, options) => {
      asked.push({ text: Buffer.from(body).toString('utf8'), options });
      return Promise.resolve(acceptedOf(body));
    },
  });
  const found = await exporters.scrape(['north'], PATIENCE_MS);
  expect([...found]).toEqual([['north', { families: [], series: 2, values: new Map(), dropped: [] }]]);
  expect(asked).toMatchObject([
    {
      text: 'a 1\nb 2\n',
      options: {
        described: { catalogue: { id: 'north' } },
        dialect: 'text',
        instance: undefined,
        onInvalid: 'drop',
        maxSeries: 200_000,
      },
    },
  ]);
  expect(asked[0]?.options.reportedByOthers('any', 'label').size).toBe(0);
  expect(exporters.series('north')).toBe(2);
});

test('it is told how long it may take', async () => {
  const exporter = await startLocalExporter(shows('a 1\n'));
  const { exporters } = start({ exporters: { north: { scrape: exporter.url } } });
  await exporters.scrape(['north'], 4_500);
  expect(exporter.requests[0]?.headers['x-prometheus-scrape-timeout-seconds']).toBe('4.5');
});

test('only those are asked that are wanted, once each; a catalogue without a local exporter has none', async () => {
  const [north, south] = [await startLocalExporter(shows('a 1\n')), await startLocalExporter(shows('a 1\n'))];
  const { exporters, state } = start({ exporters: { north: { scrape: north.url }, south: { scrape: south.url } } });
  const found = await exporters.scrape(['south', 'greenhouse', 'south', 'nobody'], PATIENCE_MS);
  expect([...found.keys()]).toEqual(['south']);
  expect([north.requests.length, south.requests.length]).toEqual([0, 1]);
  expect(state.up).toEqual(new Map([['south', true]]));
  expect(exporters.present('north')).toMatchObject({ status: 'never_asked', askedAt: null, durationSeconds: null });
  expect(exporters.present('greenhouse')).toBeNull();
  expect(exporters.present('nobody')).toBeNull();
  expect(exporters.series('nobody')).toBe(0);
});

test('all are asked side by side: each answers only once the other was asked, too', async () => {
  const north = await startLocalExporter((request, response) => {
    void south.asked(1).then(() => shows('a 1\n')(request, response));
  });
  const south = await startLocalExporter((request, response) => {
    void north.asked(1).then(() => shows('a 1\n')(request, response));
  }, 'socket');
  const { exporters } = start({
    exporters: { north: { scrape: north.url }, south: { socket: south.socket, path: '/metrics' } },
  });
  expect([...(await exporters.scrape(['north', 'south'], PATIENCE_MS)).keys()]).toEqual(['north', 'south']);
  expect(exporters.present('north')?.address).toBe(north.url);
  expect(exporters.present('south')?.address).toBe(south.socket);
});

test('one that fails leaves the others whole, and nothing of what it showed before comes out', async () => {
  const [north, south] = [await startLocalExporter(shows('a 1\n')), await startLocalExporter(shows('a 1\n'))];
  const { exporters, state } = start({ exporters: { north: { scrape: north.url }, south: { scrape: south.url } } });
  expect((await exporters.scrape(['north', 'south'], PATIENCE_MS)).size).toBe(2);
  await north.away();
  expect([...(await exporters.scrape(['north', 'south'], PATIENCE_MS)).keys()]).toEqual(['south']);
  expect(state.up).toEqual(
    new Map([
      ['north', false],
      ['south', true],
    ]),
  );
  expect(exporters.present('north')).toMatchObject({
    status: 'down',
    failure: expect.stringMatching(/^Nothing listens at 127\.0\.0\.1:\d+\. Is the exporter running\?$/),
  });
  expect(exporters.series('north')).toBe(0);
  expect(exporters.series('south')).toBe(1);
});

test('the log tells when it begins to fail and when it answers again, not at each scrape', async () => {
  const exporter = await startLocalExporter(shows('a 1\n'));
  const { exporters, logged } = start({ exporters: { north: { scrape: exporter.url } } });
  const ask = () => exporters.scrape(['north'], PATIENCE_MS);
  await ask();
  expect(logged()).toEqual([]);
  exporter.answer((_request, response) => void response.writeHead(500).end());
  await ask();
  await exporter.away();
  await ask();
  await ask();
  expect(logged()).toEqual([
    'the local exporter of the catalogue north fails: It answered 500. Its own log may say why.',
  ]);
  await exporter.back();
  exporter.answer(shows('a 1\n'));
  await ask();
  await ask();
  expect(logged().slice(1)).toEqual(['the local exporter of the catalogue north answers again']);
});

test('when it was asked, and how long it took', async () => {
  const exporter = await startLocalExporter((request, response) => {
    clock.advance(1_500);
    shows('a 1\n')(request, response);
  });
  const { exporters, clock } = start({ exporters: { north: { scrape: exporter.url } } });
  const askedAt = new Date(clock.now()).toISOString();
  await exporters.scrape(['north'], PATIENCE_MS);
  expect(exporters.present('north')).toEqual({
    address: exporter.url,
    status: 'up',
    askedAt,
    durationSeconds: 1.5,
    failure: null,
    dropped: [],
  });
});

test('what cannot be read is a failure, and says why', async () => {
  const exporter = await startLocalExporter(shows('a 1\n'));
  const { exporters, logged } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: () => Promise.reject(new Refusal('invalid_report', 'Line 1 is no sample.')),
  });
  expect((await exporters.scrape(['north'], PATIENCE_MS)).size).toBe(0);
  expect(exporters.present('north')?.failure).toBe('What it sent cannot be read: Line 1 is no sample.');
  expect(logged()).toHaveLength(1);
});

test('a fault of the reader itself spoils no scrape', async () => {
  const exporter = await startLocalExporter(shows('a 1\n'));
  const { exporters, logged, state } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: () => Promise.reject(new TypeError('a fault')),
  });
  expect((await exporters.scrape(['north'], PATIENCE_MS)).size).toBe(0);
  expect(state.up.get('north')).toBe(false);
  expect(exporters.present('north')?.failure).toBe('It could not be read. The log says why.');
  expect(logged()[0]).toBe('the local exporter of the catalogue north could not be read');
});

test('scrapes that come at the same time ask once, and each gets it all; the next one asks again', async () => {
  let answer: () => void = () => undefined;
  const may = new Promise<void>((resolve) => (answer = resolve));
  const exporter = await startLocalExporter((request, response) => {
    void may.then(() => shows('a 1\n')(request, response));
  });
  const { exporters, state } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: (body) => Promise.resolve(acceptedOf(body, [dropped('b')])),
  });
  const scrapes = [1, 2, 3].map(() => exporters.scrape(['north'], PATIENCE_MS));
  await exporter.asked(1);
  scrapes.push(exporters.scrape(['north'], PATIENCE_MS));
  answer();
  for (const found of await Promise.all(scrapes)) expect([...found.keys()]).toEqual(['north']);
  expect(exporter.requests).toHaveLength(1);
  expect(state.dropped.get('north')?.unknown_family).toBe(1);
  await exporters.scrape(['north'], PATIENCE_MS);
  expect(exporter.requests).toHaveLength(2);
});

test('one that hangs is left at the deadline, and is asked anew by the next scrape', async () => {
  const cut: Promise<unknown>[] = [];
  const exporter = await startLocalExporter((request) => void cut.push(once(request.socket, 'close')));
  const { exporters } = start({ exporters: { north: { scrape: exporter.url } } });
  const ask = async () => {
    const asked = exporters.scrape(['north'], SHORT_MS);
    expect((await asked).size).toBe(0);
    return exporters.present('north')?.failure;
  };
  expect(await ask()).toMatch(/^It did not answer within 0\.05 s\./);
  await Promise.all(cut);
  exporter.answer(shows('a 1\n'));
  expect([...(await exporters.scrape(['north'], PATIENCE_MS)).keys()]).toEqual(['north']);
  expect(exporters.present('north')).toMatchObject({ status: 'up', failure: null });
});

test('who has less time leaves earlier; who has more still gets the answer', async () => {
  let answer: () => void = () => undefined;
  const may = new Promise<void>((resolve) => (answer = resolve));
  const exporter = await startLocalExporter((request, response) => {
    void may.then(() => shows('a 1\n')(request, response));
  });
  const { exporters, state } = start({ exporters: { north: { scrape: exporter.url } } });
  const [short, long] = [exporters.scrape(['north'], SHORT_MS), exporters.scrape(['north'], PATIENCE_MS)];
  expect((await short).size).toBe(0);
  expect(state.up.get('north')).toBe(false);
  answer();
  expect((await long).size).toBe(1);
  expect(state.up.get('north')).toBe(true);
  expect(exporter.requests).toHaveLength(1);
});

/** Time that passes only when the test says so, for whoever waits for a local exporter. */
function holdTime() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

test('a text that is being read is not asked for once more, however long that takes', async () => {
  holdTime();
  let reads = 0;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  let finish: () => void = () => undefined;
  const exporter = await startLocalExporter(shows('a 1\n'));
  const { exporters, logged } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: (body) => {
      reads += 1;
      begin();
      return new Promise((resolve) => (finish = () => resolve(acceptedOf(body))));
    },
  });
  for (let i = 0; i < 2; i++) {
    const scrape = exporters.scrape(['north'], SHORT_MS);
    await begun;
    vi.advanceTimersByTime(SHORT_MS);
    expect((await scrape).size).toBe(0);
  }
  expect({ reads, requests: exporter.requests.length }).toEqual({ reads: 1, requests: 1 });
  const third = exporters.scrape(['north'], PATIENCE_MS);
  finish();
  expect((await third).size).toBe(1);
  expect(logged()).toEqual([
    expect.stringMatching(/ fails: It did not answer within 0\.05 s\./),
    'the local exporter of the catalogue north answers again',
  ]);
});

test('what is read only after everybody has left counts for nothing', async () => {
  holdTime();
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const exporter = await startLocalExporter(shows('a 1\n'));
  let finish: () => void = () => undefined;
  let validated: Promise<AcceptedExposition> | undefined;
  const { exporters, state, logged } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: (body) => {
      begin();
      return (validated = new Promise((resolve) => (finish = () => resolve(acceptedOf(body, [dropped('b')])))));
    },
  });
  const scrape = exporters.scrape(['north'], SHORT_MS);
  await begun;
  vi.advanceTimersByTime(SHORT_MS);
  expect((await scrape).size).toBe(0);
  finish();
  await validated;
  expect((await exporters.scrape([], SHORT_MS)).size).toBe(0);
  expect(state.up.get('north')).toBe(false);
  expect(state.dropped.get('north')?.unknown_family).toBe(0);
  expect(logged()).toHaveLength(1);
});

test('what is dropped is counted by reason, and told by name, reason and label over time', async () => {
  const exporter = await startLocalExporter(shows('a 1\n'));
  const rounds = [
    [dropped('b'), dropped('a', { reason: 'unknown_value', label: 'mode', samples: 3 })],
    [dropped('b', { samples: 2 }), dropped('b', { reason: 'wrong_type' })],
  ];
  const { exporters, clock, state } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: (body) => Promise.resolve(acceptedOf(body, rounds.shift())),
  });
  const first = new Date(clock.now()).toISOString();
  await exporters.scrape(['north'], PATIENCE_MS);
  clock.advance(60_000);
  const second = new Date(clock.now()).toISOString();
  await exporters.scrape(['north'], PATIENCE_MS);
  expect(exporters.present('north')?.dropped).toEqual([
    { reason: 'unknown_family', name: 'b', label: null, samples: 3, lastAt: second },
    { reason: 'unknown_value', name: 'a', label: 'mode', samples: 3, lastAt: first },
    { reason: 'wrong_type', name: 'b', label: null, samples: 1, lastAt: second },
  ]);
  expect(state.dropped.get('north')).toMatchObject({
    unknown_family: 3,
    unknown_value: 3,
    wrong_type: 1,
    duplicate: 0,
  });
  await exporter.away();
  await exporters.scrape(['north'], PATIENCE_MS);
  expect(exporters.present('north')?.dropped).toHaveLength(3);
});

test('an exporter that never repeats a name cannot fill the memory, nor hide what else is dropped', async () => {
  const exporter = await startLocalExporter(shows('a 1\n'));
  let round = 0;
  const { exporters, state } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: (body) => {
      round += 1;
      const names = Array.from({ length: MAX_DISTINCT_DROPS }, (_one, index) => (index === 0 ? 'n' : `n${index}`));
      const more = round === 1 ? [] : [dropped('new'), dropped('newer'), dropped('a', { reason: 'wrong_type' })];
      return Promise.resolve(acceptedOf(body, [...names.map((name) => dropped(name)), ...more]));
    },
  });
  for (let scrape = 0; scrape < 3; scrape += 1) await exporters.scrape(['north'], PATIENCE_MS);
  const reported = exporters.present('north')?.dropped ?? [];
  expect(reported).toHaveLength(MAX_DISTINCT_DROPS + 2);
  expect(reported).toContainEqual(
    expect.objectContaining({ reason: 'unknown_family', name: '…', label: null, samples: 4 }),
  );
  expect(reported).toContainEqual(expect.objectContaining({ reason: 'wrong_type', name: 'a', samples: 2 }));
  expect(reported[0]).toMatchObject({ name: 'n', samples: 3 });
  expect(state.dropped.get('north')).toMatchObject({ unknown_family: 3 * MAX_DISTINCT_DROPS + 4, wrong_type: 2 });
});

test('a name of a megabyte is told by its beginning', async () => {
  const exporter = await startLocalExporter(shows('a 1\n'));
  const { exporters } = start({
    exporters: { north: { scrape: exporter.url } },
    validate: (body) => Promise.resolve(acceptedOf(body, [dropped('n'.repeat(1_000_000))])),
  });
  await exporters.scrape(['north'], PATIENCE_MS);
  expect(exporters.present('north')?.dropped[0]?.name).toBe('n'.repeat(200));
});

test('when the backend closes, nobody waits any longer, and nothing is said to have failed', async () => {
  const exporter = await startLocalExporter(() => undefined);
  const { exporters, logged } = start({ exporters: { north: { scrape: exporter.url } } });
  const scrape = exporters.scrape(['north'], PATIENCE_MS);
  await exporter.asked(1);
  exporters.close();
  expect((await scrape).size).toBe(0);
  expect((await exporters.scrape(['north'], PATIENCE_MS)).size).toBe(0);
  expect(exporter.requests).toHaveLength(1);
  expect(logged()).toEqual([]);
  expect(exporters.present('north')?.status).toBe('never_asked');
});
