import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { AuditEvent } from '../../contract/api.ts';
import { bearer, testApp, type TestApp } from '../support/app.ts';
import { breakInserts } from '../support/services.ts';
import { everyPage } from '../support/pages.ts';
import { record } from '../support/retention.ts';

async function exporting(t: TestApp, query: string) {
  const answer = await t.app.inject({ url: `/api/audit/export?${query}`, headers: bearer(await t.jwt('admin')) });
  expect({ status: answer.statusCode, body: answer.statusCode === 200 ? '' : answer.body }).toEqual({
    status: 200,
    body: '',
  });
  return answer;
}

const lines = (text: string) => text.trimEnd().split('\n');
const events = (text: string) => lines(text).map((line) => JSON.parse(line) as AuditEvent);

/** RFC 4180, read as it is written there. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
    else if (end === '') break;
  }
  return rows.slice(0, -1);
}

test('NDJSON is the events of the listing, oldest first, as a file with the day in its name', async () => {
  const t = await testApp();
  await record(t, 600);
  const answer = await exporting(t, 'format=ndjson');
  expect(answer.headers).toMatchObject({
    'content-type': 'application/x-ndjson; charset=utf-8',
    'content-disposition': 'attachment; filename="vitals-audit-2027-01-01.ndjson"',
    'cache-control': 'no-store',
  });
  const { items } = await everyPage((cursor) => t.services.audit.list({ limit: 200, ...cursor }));
  expect(events(answer.body)).toEqual(items.reverse().slice(0, -1));
});

test('CSV has a header row, a cell for each field, and the details as JSON', async () => {
  const t = await testApp();
  await t.mint('a "quoted", name; and\u00a0more');
  const answer = await exporting(t, 'format=csv');
  expect(answer.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="vitals-audit-2027-01-01.csv"',
  });
  const [header, ...rows] = readCsv(answer.body);
  expect(header).toEqual(['seq', 'id', 'at', 'event', 'actor', 'via', 'ip', 'target', 'details', 'hash']);
  const { items } = await t.services.audit.list({ limit: 200 });
  const first = items.at(-1)!;
  expect(rows).toHaveLength(2);
  expect(rows[0]).toEqual([
    '1',
    first.id,
    first.at,
    'token.created',
    'tester',
    'cli',
    '',
    first.target,
    JSON.stringify(first.details),
    first.hash,
  ]);
});

test('a cell that a spreadsheet would execute is defused', async () => {
  const t = await testApp();
  const names = ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(1)', '＝1', 'harmless=1'];
  await t.services.database.transaction(async (tx) => {
    for (const name of names) {
      const actor = { name, via: 'grafana', ip: null } as const;
      await t.services.audit.record(tx, { event: 'token.created', actor, target: name, details: {} });
    }
  });
  const rows = readCsv((await exporting(t, 'format=csv&event=token.created')).body).slice(1);
  const defused = [...names.slice(0, 5).map((name) => `'${name}`), 'harmless=1'];
  expect(rows.map((row) => row[4])).toEqual(defused);
  expect(rows.map((row) => row[7])).toEqual(defused);
});

test('it holds exactly what the listing shows under the same filters', async () => {
  const t = await testApp();
  await record(t, 3);
  t.clock.advance(60_000);
  await t.mint();
  await record(t, 2);
  t.clock.advance(60_000);
  await t.mint();
  for (const query of [
    'actor=tester&ip=192.0.2.1',
    'event=token.created&from=2027-01-01T00:01:00Z&to=2027-01-01T00:02:00Z',
    'ip=192.0.2.1&to=2027-01-01T00:00:30Z',
    'actor=nobody',
  ]) {
    const list = await t.app.inject({ url: `/api/audit?limit=200&${query}`, headers: bearer(await t.jwt('admin')) });
    const expected = list.json<{ items: AuditEvent[] }>().items.reverse();
    const text = (await exporting(t, `format=ndjson&${query}`)).body;
    expect(text === '' ? [] : events(text)).toEqual(expected);
  }
});

test('an export is recorded before its first byte: who, from where, which format and filters', async () => {
  const t = await testApp();
  await exporting(t, 'format=csv&event=token.created&ip=192.0.2.1');
  const { items } = await t.services.audit.list({ event: 'audit.exported', limit: 9 });
  expect(items).toMatchObject([
    {
      actor: 'admin credential',
      via: 'api',
      ip: '127.0.0.1',
      target: null,
      details: { format: 'csv', filters: { event: 'token.created', ip: '192.0.2.1' } },
    },
  ]);
});

test('what cannot be recorded is not exported', async () => {
  const t = await testApp();
  const headers = bearer(await t.jwt('admin'));
  const mend = breakInserts(t.config, 'audit_events');
  const answer = await t.app.inject({ url: '/api/audit/export?format=ndjson', headers });
  mend();
  expect(answer.statusCode).toBeGreaterThanOrEqual(500);
  expect(answer.body).not.toContain('evt_');
});

describe('is refused by name and leaves no trace:', () => {
  test.each([
    ['an unknown format', 'format=xml', 'format'],
    ['no format', '', 'format'],
    ['an impossible time', 'format=csv&from=2027-02-30T00:00:00Z', 'from'],
    ['paging', 'format=csv&limit=5', 'limit'],
  ])('%s', async (_what, query, field) => {
    const t = await testApp();
    const answer = await t.app.inject({ url: `/api/audit/export?${query}`, headers: bearer(await t.jwt('admin')) });
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { errors: [{ field }] }]);
    expect((await t.services.audit.list({ event: 'audit.exported', limit: 9 })).items).toEqual([]);
  });
});

describe('over a real connection', () => {
  const ROWS = 2_000;

  /** A log of more megabytes than connections hold, and an export of it that nobody reads on. */
  async function begun() {
    const t = await testApp();
    await record(t, ROWS, 'x'.repeat(8_000));
    const connected = once(t.app.server, 'connection') as Promise<[Socket]>;
    await t.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = t.app.server.address() as AddressInfo;
    const headers = bearer(await t.jwt('admin'));
    const statements = vi.spyOn(t.services.database.bulk, 'selectFrom');
    const request = get({ port, path: '/api/audit/export?format=ndjson', headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const [socket] = await connected;
    return { t, response, statements, socket };
  }

  /** Resolves once the server can write no more, and nothing happens in this process any more. */
  async function untilFull(socket: Socket): Promise<void> {
    for (let turns = 0, before = -1; turns < 100; turns++) {
      if (!socket.writableNeedDrain || socket.bytesWritten !== before) turns = 0;
      before = socket.bytesWritten;
      await nextTurn();
    }
  }

  test('no more is read than the client takes; rows that come meanwhile are not in it', async () => {
    const { t, response, statements, socket } = await begun();
    await untilFull(socket);
    expect(statements.mock.calls.length).toBeLessThan(ROWS / 100);
    await record(t, 500);
    response.setEncoding('utf8');
    let text = '';
    for await (const chunk of response) text += String(chunk);
    const found = events(text);
    expect(found.map(({ seq }) => seq)).toEqual(Array.from({ length: found.length }, (_, index) => index + 1));
    expect(found.at(-1)).toMatchObject({ seq: ROWS + 1, event: 'credential.issued' });
  });

  test('a client that goes away stops it', async () => {
    const { response, statements, socket } = await begun();
    await untilFull(socket);
    const before = statements.mock.calls.length;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    response.destroy();
    await closed;
    for (let turns = 0; turns < 100; turns++) await nextTurn();
    expect(statements.mock.calls.length).toBeLessThanOrEqual(before + 2);
  });
});
