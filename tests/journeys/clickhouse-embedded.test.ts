/** The embedded ClickHouse as it runs in the product: its own process, over HTTP, through @clickhouse/client. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createClickHouse, socketAgent, type ClickHouse } from '../../backend/clickhouse/client.ts';
import {
  EmbeddedUnavailable,
  startEmbedded,
  type EmbeddedClickHouse,
} from '../../backend/clickhouse/embedded/process.ts';
import { classifyError, errorCode } from '../../backend/clickhouse/errors.ts';
import { migrate } from '../../backend/clickhouse/migrations.ts';
import type { DhcpEventRow } from '../../backend/clickhouse/tables.ts';
import { listeningPorts } from '../support/proc.ts';
import { attacks } from '../backend/clickhouse-attacks.ts';
import {
  buildFolder,
  isRunning,
  rememberingLogger,
  startedEmbedded,
  temporaryDirectory,
} from '../backend/clickhouse-harness.ts';

const { logger } = rememberingLogger();
const noon = new Date().setUTCHours(12, 0, 0, 0);
const today = new Date(noon).toISOString().slice(0, 10);
const event = (index: number): DhcpEventRow => ({
  ts: noon + index,
  message_type: 'discover',
  mac: `02:00:00:00:${(index >> 8) % 256}:${index % 256}`,
  hostname: `host-${index}`,
});
const events = (count: number, from = 0) => Array.from({ length: count }, (_none, index) => event(from + index));
const jsonLines = (rows: readonly object[]) => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

function clientOf(embedded: EmbeddedClickHouse, database = 'vitals'): ClickHouse {
  const client = createClickHouse({ embedded, database });
  onTestFinished(() => client.close());
  return client;
}

async function migrated(options: Parameters<typeof startedEmbedded>[0] = {}) {
  const embedded = await startedEmbedded(options);
  const client = clientOf(embedded);
  await migrate(client, { fsync: true, logger });
  return { embedded, client };
}

async function count(client: ClickHouse, table = 'dhcp_events'): Promise<number> {
  const [row] = await client.select<{ rows: number }>(`SELECT count() AS rows FROM ${table}`);
  return row?.rows ?? -1;
}

function kill(embedded: EmbeddedClickHouse): number {
  const pid = embedded.pid();
  if (pid === undefined) throw new Error('it is not running');
  process.kill(pid, 'SIGKILL');
  return pid;
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );

/** The plain client of the library, to ask what the product's own does not ask. */
function plainClient(embedded: EmbeddedClickHouse, more: Parameters<typeof createClient>[0] = {}) {
  const { url, socketPath, credential } = embedded.endpoint() ?? expect.unreachable();
  const http_agent = socketAgent(socketPath);
  const client = createClient({ url, ...credential, http_agent, log: { level: ClickHouseLogLevel.OFF }, ...more });
  onTestFinished(() => client.close());
  return client;
}

describe('rows', () => {
  test('go in as objects, bytes or a stream, and come back as they were', async () => {
    const { client } = await migrated();
    const rows: DhcpEventRow[] = [
      {
        ts: noon,
        message_type: 'offer',
        mac: 'ä\t"\\\n',
        duid: 'd',
        ip: '::1',
        vendor_class: 'v',
        hostname: "h'",
        vlan: 4095,
      },
      { ts: noon + 1, message_type: 'ack', mac: 'b' },
    ];
    await client.insert('dhcp_events', rows, { token: 'objects' });
    await client.insert('dhcp_events', jsonLines(events(2, 10)), { token: 'bytes' });
    await client.insert('dhcp_events', Readable.from([jsonLines(events(2, 20))]), { token: 'stream' });
    expect(await count(client)).toBe(6);
    const back = await client.select('SELECT * FROM dhcp_events WHERE ts <= {to:DateTime64(3)} ORDER BY ts', {
      params: { to: `${today} 12:00:00.001` },
    });
    expect(back).toEqual([
      { ...rows[0], ts: `${today} 12:00:00.000`, server_ip: null },
      {
        ts: `${today} 12:00:00.001`,
        message_type: 'ack',
        mac: 'b',
        duid: null,
        ip: null,
        vendor_class: null,
        hostname: null,
        server_ip: null,
        vlan: null,
      },
    ]);
  });

  test('of every table are taken', async () => {
    const { client } = await migrated();
    const most = Number.MAX_SAFE_INTEGER;
    await client.insert('counter_stats', [{ ts: noon, name: 'n', value: most, labels: { a: 'b' } }], { token: '1' });
    await client.insert('set_stats', [{ ts: noon, set: 's', size: most }], { token: '2' });
    const audit = { seq: 1, id: 'i', event: 'token.created', actor: null, via: 'cli', ip: null, target: 't' };
    await client.insert('audit_events', [{ ...audit, at: noon, details: '{}', hash: 'h' }], { token: '3' });
    expect(await client.select('SELECT value, labels FROM counter_stats')).toEqual([
      { value: most, labels: { a: 'b' } },
    ]);
    expect(await client.select('SELECT `set`, size FROM set_stats')).toEqual([{ set: 's', size: most }]);
    expect(await client.select('SELECT * FROM audit_events')).toMatchObject([audit]);
  });

  test('are taken in big inserts, several at a time', async () => {
    const { client } = await migrated();
    const batches = Array.from({ length: 6 }, (_none, index) => events(20_000, index * 20_000));
    await Promise.all(
      batches.map((rows, index) => client.insert('dhcp_events', jsonLines(rows), { token: `big-${index}` })),
    );
    expect(await count(client)).toBe(120_000);
    expect(await client.select('SELECT uniqExact(hostname) AS hosts FROM dhcp_events')).toEqual([{ hosts: 120_000 }]);
  });

  test('of the oldest and the newest time that is allowed fit into one insert', async () => {
    const { client } = await migrated();
    const day = 86_400_000;
    const spread = Array.from({ length: 9 }, (_none, index) => ({ ...event(index), ts: noon - 7 * day + index * day }));
    await client.insert('dhcp_events', spread, { token: 'spread' });
    const audit = Array.from({ length: 725 }, (_none, seq) => ({
      seq,
      id: `${seq}`,
      at: noon - seq * day,
      event: 'e',
      via: 'cli',
    }));
    await client.insert('audit_events', audit, { token: 'history' });
    expect([await count(client), await count(client, 'audit_events')]).toEqual([9, 725]);
  });
});

describe('the same token', () => {
  test('is inserted once, another one again', async () => {
    const { client } = await migrated();
    for (const token of ['a', 'a', 'b']) await client.insert('dhcp_events', events(10), { token });
    expect(await count(client)).toBe(20);
  });

  test('is inserted once by two inserts at the same time', async () => {
    const { client } = await migrated();
    await Promise.all(Array.from({ length: 4 }, () => client.insert('dhcp_events', events(5_000), { token: 'a' })));
    expect(await count(client)).toBe(5_000);
  });

  test('is inserted once also where the process was killed in between', async () => {
    const { embedded, client } = await migrated();
    await client.insert('dhcp_events', events(10), { token: 'before' });
    const old = kill(embedded);
    await vi.waitFor(() => expect(embedded.pid()).not.toBe(old));
    await vi.waitFor(() => client.insert('dhcp_events', events(10), { token: 'before' }));
    expect(await count(client)).toBe(10);
  });
});

describe('a killed process', () => {
  test('comes back with another credential, and the client follows', async () => {
    const exits: unknown[] = [];
    const embedded = await startedEmbedded({ onExit: (exit) => exits.push(exit) });
    const client = clientOf(embedded);
    const before = embedded.endpoint();
    const old = kill(embedded);
    await vi.waitFor(() => expect(embedded.endpoint()).toSatisfy((now) => now !== undefined && now !== before));
    await client.probe();
    expect(embedded.pid()).not.toBe(old);
    expect(exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
    const stale = plainClient(embedded, { ...before?.credential });
    expect(errorCode(await failure(stale.query({ query: 'SELECT 1' })))).toBe(516);
  });

  test('loses and doubles no acknowledged row, killed again and again under load', async () => {
    const { embedded, client } = await migrated();
    const total = 40;
    let sent = 0;
    let failed = 0;
    async function write(index: number): Promise<void> {
      for (;;) {
        try {
          await client.insert('dhcp_events', jsonLines(events(500, index * 500)), { token: `load-${index}` });
          sent += 1;
          return;
        } catch (error) {
          expect(classifyError(error)).toBe('transient');
          failed += 1;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    }
    const writers = Array.from({ length: 2 }, async (_none, lane) => {
      for (let index = lane; index < total; index += 2) await write(index);
    });
    const killing = (async () => {
      for (const goal of [5, 15, 25]) {
        await vi.waitFor(() => expect(sent).toBeGreaterThanOrEqual(goal), { interval: 1 });
        kill(embedded);
        await vi.waitFor(() => expect(embedded.endpoint()).toBeDefined());
      }
    })();
    await Promise.all([...writers, killing]);
    expect(failed).toBeGreaterThan(0);
    const [row] = await client.select('SELECT count() AS rows, uniqExact(hostname) AS hosts FROM dhcp_events');
    expect(row).toEqual({ rows: total * 500, hosts: total * 500 });
  });
});

describe('the process', () => {
  test('does not outlive a parent that is killed', async () => {
    const dir = temporaryDirectory();
    const script = join(dir, 'parent.mjs');
    writeFileSync(
      script,
      `import { startEmbedded } from ${JSON.stringify(join(buildFolder, 'embedded/process.js'))};
       const silent = () => undefined;
       const logger = { debug: silent, info: silent, warn: silent, error: silent };
       const embedded = await startEmbedded({ dir: ${JSON.stringify(join(dir, 'data'))}, logger });
       console.log(embedded.pid());
       setInterval(() => undefined, 1000);`,
    );
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const pid = Number(line);
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
    // and the next backend has the directory at once
    await (await startedEmbedded({ dir: join(dir, 'data') })).stop();
  });

  test('ends when it is stopped, also in the middle of a long query', async () => {
    const { embedded, client } = await migrated();
    const pid = embedded.pid() ?? 0;
    const long = failure(
      client.select('SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))'),
    );
    await vi.waitFor(async () => expect(await running(client)).toBe(2));
    const begun = performance.now();
    await embedded.stop();
    expect(performance.now() - begun).toBeLessThan(5_000); // the promise of stop()
    expect(isRunning(pid)).toBe(false);
    expect(classifyError(await long)).toBe('transient');
    expect(embedded.endpoint()).toBeUndefined();
  });

  test('is told its credential neither by argument nor by environment, and inherits none', async () => {
    vi.stubEnv('SECRET_OF_THE_BACKEND', 'inherited');
    onTestFinished(() => void vi.unstubAllEnvs());
    const embedded = await startedEmbedded();
    const about = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${embedded.pid()}/${file}`, 'utf8')).join();
    expect(about).not.toContain('inherited');
    expect(about).not.toContain(embedded.endpoint()?.credential.password);
  });

  test('listens on no port, only on a socket where nobody else may enter; signals neither end it nor open its inspector', async () => {
    const { embedded, client } = await migrated();
    const pid = embedded.pid() ?? expect.unreachable();
    const { socketPath } = embedded.endpoint() ?? expect.unreachable();
    expect(statSync(socketPath).isSocket()).toBe(true);
    expect(statSync(dirname(socketPath)).mode & 0o777).toBe(0o700);
    for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) process.kill(pid, signal);
    expect(await count(client)).toBe(0);
    expect(embedded.pid()).toBe(pid);
    expect(listeningPorts(pid)).toEqual([]);
  });

  test('takes the place of a socket that was left behind; a directory with too long a path is refused in words', async () => {
    const dir = temporaryDirectory();
    const embedded = await startedEmbedded({ dir });
    const old = kill(embedded);
    await vi.waitFor(() => expect(embedded.pid()).not.toBe(old));
    await vi.waitFor(() => clientOf(embedded).probe());
    const long = join(dir, 'a'.repeat(120));
    mkdirSync(long);
    expect(String(await failure(startEmbedded({ dir: long, logger })))).toContain(
      'has too long a path for a socket in it: give it one of at most 93 bytes',
    );
  });

  test('on a directory that another process has says so', async () => {
    const dir = temporaryDirectory();
    await startedEmbedded({ dir });
    const error = await failure(startEmbedded({ dir, logger, lockTimeoutMs: 0 }));
    expect(error).toBeInstanceOf(EmbeddedUnavailable);
    expect(String(error)).toContain(`the directory of the embedded ClickHouse, ${dir}, is in use by another process`);
  });

  test('that cannot open its directory says so', async () => {
    const dir = temporaryDirectory();
    writeFileSync(join(dir, 'db'), 'a file where a directory should be');
    const error = await failure(startEmbedded({ dir, logger }));
    expect(String(error)).toContain(`embedded ClickHouse could not open its directory ${dir}`);
  });

  test('without chDB says what to do instead', async () => {
    const lonely = temporaryDirectory();
    cpSync(join(buildFolder, 'embedded'), lonely, { recursive: true });
    writeFileSync(join(lonely, 'package.json'), '{"type":"module"}');
    const error = await failure(
      startEmbedded({ dir: join(lonely, 'data'), logger, childFile: join(lonely, 'child.js') }),
    );
    expect(error).toBeInstanceOf(EmbeddedUnavailable);
    expect((error as Error).message).toBe(
      `embedded ClickHouse is not available on ${process.platform} ${process.arch}: ` +
        'configure clickhouse.url with a server, or leave it out',
    );
  });

  test('that does not come up in time is killed', async () => {
    const dir = temporaryDirectory();
    const childFile = join(dir, 'stuck.mjs');
    writeFileSync(
      childFile,
      `import { writeFileSync } from 'node:fs';
       writeFileSync('pid', String(process.pid));
       process.on('disconnect', () => undefined);
       setInterval(() => undefined, 1000);`,
    );
    const error = await failure(startEmbedded({ dir, logger, childFile, startTimeoutMs: 500 }));
    expect(String(error)).toContain('did not start within 500 ms');
    expect(isRunning(Number(readFileSync(join(dir, 'pid'), 'utf8')))).toBe(false);
  });

  test('says nothing of rows, statements and credentials in the log', async () => {
    const { logger: watched, lines } = rememberingLogger();
    const { embedded, client } = await migrated({ logger: watched });
    await failure(client.insert('dhcp_events', [{ ts: noon, mac: 'canary-mac', vlan: 'canary-vlan' }], { token: 'x' }));
    const password = embedded.endpoint()?.credential.password ?? '';
    kill(embedded);
    await vi.waitFor(() => expect(lines).not.toEqual([]));
    expect(JSON.stringify(lines)).not.toContain('canary');
    expect(JSON.stringify(lines)).not.toContain(password);
  });
});

/** Queries in the engine, the one that asks included. */
const running = (client: ClickHouse) => count(client, 'system.processes');

describe('a query', () => {
  test('that its caller aborts ends in the engine too', async () => {
    const { client } = await migrated();
    const endless = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))';
    for (let time = 0; time < 8; time += 1) {
      const leaving = new AbortController();
      const gone = failure(client.select(endless, { signal: leaving.signal }));
      await vi.waitFor(async () => expect(await running(client)).toBe(2));
      leaving.abort();
      await gone;
      await vi.waitFor(async () => expect(await running(client)).toBe(1));
    }
  });

  test('takes parameters, settings, a database and every JSON format, packed both ways', async () => {
    const { embedded } = await migrated();
    const client = plainClient(embedded, { database: 'vitals', compression: { request: true, response: true } });
    await client.insert({ table: 'dhcp_events', values: events(1_000), format: 'JSONEachRow' });
    const query_params = {
      text: "tab\t quote ' back\\slash\nline ä",
      list: ['a', "b'"],
      none: null,
      when: new Date(noon),
    };
    const query = `SELECT {text:String} AS text, {list:Array(String)} AS list, {none:Nullable(String)} AS none,
      toString({when:DateTime('UTC')}) AS at, count() AS rows, getSetting('max_threads') AS threads FROM dhcp_events`;
    const values = [query_params.text, ['a', "b'"], null, `${today} 12:00:00`, 1_000, 1];
    for (const format of ['JSON', 'JSONCompact', 'JSONEachRow', 'JSONCompactEachRow'] as const) {
      const result = await client.query({ query, query_params, format, clickhouse_settings: { max_threads: 1 } });
      const answer = await result.json<object>();
      const [row] = 'data' in answer ? answer.data : answer;
      expect(Object.values(row ?? {})).toEqual(values);
    }
  });

  test('streams its rows', async () => {
    const { embedded } = await migrated();
    const result = await plainClient(embedded).query({
      query: 'SELECT number FROM numbers(100000)',
      format: 'JSONEachRow',
    });
    let rows = 0;
    for await (const some of result.stream()) rows += some.length;
    expect(rows).toBe(100_000);
  });

  test('of a database that is not there fails with its code', async () => {
    const embedded = await startedEmbedded();
    expect(errorCode(await failure(clientOf(embedded, 'absent').select('SELECT 1')))).toBe(81);
  });
});

describe('an insert that fails', () => {
  const one = forAll();
  const day = 86_400_000;
  const good = event(1);
  const days = Array.from({ length: 101 }, (_none, at) => ({ ...good, ts: noon - at * day }));

  test.each<[string, object[] | Buffer, number]>([
    ['broken JSON', Buffer.from('{"ts":1,'), 26],
    ['no JSON', Buffer.from('\0\u0001binary'), 27],
    ['a text for a number', [{ ...good, vlan: 'x' }], 27],
    ['an object for a number', [{ ...good, vlan: {} }], 27],
    ['a text for a time', [{ ...good, ts: 'yesterday' }], 41],
    ['a number beyond its type', [{ ...good, vlan: 1e99 }], 27],
    ['one bad row among good ones', [...events(5_000), { ...good, vlan: {} }, ...events(10)], 27],
    ['more partitions than one insert may have', days, 252],
  ])('for its rows is permanent, with the code of the engine, and leaves nothing: %s', async (_what, rows, code) => {
    const error = await failure(one.client.insert('dhcp_events', rows, { token: 'bad' }));
    expect(error).toBeInstanceOf(ClickHouseError);
    expect([errorCode(error), classifyError(error)]).toEqual([code, 'permanent']);
    expect(await count(one.client)).toBe(0);
  });

  test('because its end did not arrive is transient', async () => {
    const error = await failure(one.client.insert('dhcp_events', Buffer.from('{"ts":1'), { token: 'bad' }));
    expect([errorCode(error), classifyError(error)]).toEqual([33, 'transient']);
  });

  test('for a field that the table does not have is transient', async () => {
    const error = await failure(one.client.insert('dhcp_events', [{ ...good, surprise: 1 }], { token: 'bad' }));
    expect([errorCode(error), classifyError(error)]).toEqual([117, 'transient']);
    expect(await count(one.client)).toBe(0);
  });

  test('for a table that is not there is transient', async () => {
    const error = await failure(one.client.insert('absent', [good], { token: 'bad' }));
    expect([errorCode(error), classifyError(error)]).toEqual([60, 'transient']);
  });
});

describe('no file of the host can be read or written, and nothing run', () => {
  const one = forAll();
  const root = mkdtempSync(join(tmpdir(), 'vitals-clickhouse-'));
  const [secret, target] = [join(root, 'secret.txt'), join(root, 'target')];
  const content = 'the-content-of-a-file-of-the-host';
  writeFileSync(secret, `${content}\n`);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const attempts = [...attacks(secret, target), ...attacks('users.xml', 'db/target'), `SELECT * FROM {t:Identifier}`];
  test.each(attempts)('%j', async (query) => {
    const client = plainClient(one.embedded);
    const query_params = { t: secret };
    for (const work of [
      () => client.command({ query, query_params }),
      () => client.query({ query, query_params, format: 'JSONEachRow' }).then((result) => result.text()),
      () => client.exec({ query, query_params, values: Readable.from(['{"a":"x"}\n'], { objectMode: false }) }),
    ]) {
      const error = await failure(work());
      expect(error).toBeInstanceOf(ClickHouseError);
      expect(String(error)).not.toContain(content);
    }
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(root)).toEqual(['secret.txt']);
    expect(await count(one.client)).toBe(0);
  });

  test.each(['', 'default', 'vitals'])('without the credential not even the rows: user %j', async (username) => {
    const client = plainClient(one.embedded, { username, password: '' });
    expect(errorCode(await failure(client.query({ query: 'SELECT 1' })))).toBe(516);
    expect(await client.ping()).toMatchObject({ success: false });
  });
});

/** One for all tests of a group. */
function forAll(): { readonly embedded: EmbeddedClickHouse; readonly client: ClickHouse } {
  const dir = mkdtempSync(join(tmpdir(), 'vitals-clickhouse-'));
  const one = {} as { embedded: EmbeddedClickHouse; client: ClickHouse };
  beforeAll(async () => {
    one.embedded = await startEmbedded({ dir, logger });
    one.client = createClickHouse({ embedded: one.embedded, database: 'vitals' });
    await migrate(one.client, { logger });
    await one.client.command('CREATE TABLE t (a String, ts DateTime) ENGINE = MergeTree ORDER BY a');
  });
  afterAll(async () => {
    await one.client.close();
    await one.embedded.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return one;
}
