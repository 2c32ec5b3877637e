import { isIP } from 'node:net';
import fc from 'fast-check';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { createRowReader } from '../../backend/ingest/spool/rows.ts';
import { Refusal } from '../../backend/http/refusal.ts';
import { parseTimestamp } from '../../contract/api.ts';
import { ingestLimits, ingestStreams, type IngestStream } from '../../contract/ingest.ts';
import { dhcpEvent, START } from '../support/ingest.ts';

const { lineBytes } = ingestLimits;
const week = 7 * 24 * 3600 * 1000;

/** What the reader makes of a body that comes in these chunks: its rows, or what it refuses and why. */
function read(stream: IngestStream, ...parts: Buffer[]): string[] | { code: string; at: string } {
  const reader = createRowReader(stream, START);
  try {
    const found = [...parts.flatMap((part) => reader.read(part)), ...reader.end()];
    return found.flatMap(({ bytes, count }) => {
      const lines = bytes.toString('utf8').split('\n');
      expect(lines.pop()).toBe('');
      expect(lines).toHaveLength(count);
      return lines;
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const at = error.errors?.[0]?.field ?? /^line (\d+)/.exec(error.detail ?? '')?.[1] ?? '';
    return { code: error.code, at };
  }
}

const text = (...lines: unknown[]) =>
  Buffer.from(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
const wellFormed = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).every(([key, inner]) => key.isWellFormed() && wellFormed(inner))
    : typeof value !== 'string' || value.isWellFormed();

/** The same rules, slowly: the number of the first line that breaks one, or the rows. */
function reference(stream: IngestStream, body: Buffer): string[] | number {
  const schema: TSchema = ingestStreams[stream];
  const rows: string[] = [];
  for (const [index, line] of body.toString('utf8').split('\n').entries()) {
    if (line === '' || line === '\r') continue;
    try {
      const row = JSON.parse(line) as Record<string, unknown>;
      const ts = typeof row['ts'] === 'string' ? parseTimestamp(row['ts']) : (row['ts'] as number);
      const right =
        Value.Check(schema, row) &&
        ts !== undefined &&
        ts >= START - week &&
        ts <= START + 300_000 &&
        [row['ip'], row['server_ip']].every((ip) => ip === undefined || isIP(ip as string) > 0) &&
        wellFormed(row);
      if (!right) return index + 1;
      rows.push(JSON.stringify({ ...row, ts }));
    } catch {
      return index + 1;
    }
  }
  return rows;
}

/** Mostly right, so that whole bodies are right often enough. */
const mostly = <T>(right: fc.Arbitrary<T>, ...wrong: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 20, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });
const time = mostly(
  fc.oneof(
    fc.integer({ min: START - week, max: START + 300_000 }),
    fc.integer({ min: START - week, max: START }).map((ms) => new Date(ms).toISOString()),
    fc.constant('2026-12-31T23:00:00+02:00'),
  ),
  ...[START - week - 1, START + 300_001, '2027-01-01', '2026-02-30T00:00:00Z', 1.5, null, 'now'],
);
const words = mostly(
  fc.oneof(fc.string({ minLength: 1, maxLength: 256 }), fc.constantFrom('\u0000', '💡'.repeat(256))),
  ...['\ud800', 'x'.repeat(257), '', 1],
);
const counts = mostly(fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 53 - 1)), -1, 0.5, 2 ** 53, '1', null);
const row = {
  'dhcp-events': fc.record(
    {
      ts: time,
      message_type: mostly(fc.constantFrom('ack', 'nak', 'discover'), 'ACK', ''),
      mac: mostly(fc.constantFrom('00:1a:2b:3c:4d:5e', '00-1A-2B-3C-4D-5E'), '00:1a:2b:3c:4d', 'x'),
      duid: words,
      ip: mostly(fc.oneof(fc.ipV4(), fc.ipV6()), '1.2.3', 7),
      vlan: mostly(fc.integer({ min: 0, max: 4095 }), -1, 4096, '7'),
    },
    { requiredKeys: ['ts', 'mac', 'message_type'] },
  ),
  'counter-stats': fc.record(
    {
      ts: time,
      name: words,
      value: counts,
      labels: fc.dictionary(fc.string({ maxLength: 257 }), words, { maxKeys: 11 }),
    },
    { requiredKeys: ['ts', 'name', 'value'] },
  ),
  'set-stats': fc.record({ ts: time, set: words, size: counts }, { noNullPrototype: true }),
};

test.each(['dhcp-events', 'counter-stats', 'set-stats'] as const)(
  'rows of %s are taken and refused as the slow reference does, however the bytes are cut',
  (stream) => {
    const line = fc.oneof(
      { weight: 20, arbitrary: (row[stream] as fc.Arbitrary<object>).map((one) => JSON.stringify(one)) },
      { weight: 1, arbitrary: fc.constantFrom('', '\r', '{', '[]', 'null', '"a"', '{"__proto__":1}') },
    );
    const body = fc.array(line, { maxLength: 6 }).map((lines) => Buffer.from(lines.join('\n')));
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(body, fc.array(fc.nat({ max: 2000 }), { maxLength: 5 }), (bytes, cuts) => {
        const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const parts = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
        const expected = reference(stream, bytes);
        const found = read(stream, ...parts);
        seen[typeof expected === 'number' ? 'refused' : 'taken'] += 1;
        if (typeof expected !== 'number') expect(found).toEqual(expected);
        else {
          expect(Array.isArray(found)).toBe(false);
          expect(`${(found as { at: string }).at}.`).toMatch(new RegExp(`^${expected}\\.`));
        }
      }),
      { numRuns: 400 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(40);
  },
);

/** Rows in the form in which they are written down, which are checked without being parsed. */
const canonical = {
  'dhcp-events': JSON.stringify({ ...dhcpEvent(7), duid: '00:ü', ip: 'fe80::1' }),
  'counter-stats': JSON.stringify({ ts: START, name: 'n', value: 10, labels: { a: 'x', b: '' } }),
  'set-stats': JSON.stringify({ ts: START, set: 's', size: 2 ** 53 - 1 }),
};

test.each(['dhcp-events', 'counter-stats', 'set-stats'] as const)(
  'a row of %s in plain JSON is taken as it is, and with any change to it as the slow reference does',
  (stream) => {
    const line = canonical[stream];
    expect(read(stream, text(line))).toEqual([line]);
    const pieces = [
      ...['"', '\\', ',', ':', '{', '}', '[', ']', '0', '9', '-', '.', 'e', 'é', '%', ' ', '\r', '\u0001', ''],
      '00',
      '\\n',
      '"ip":"1.2.3.4",',
      '"size":1,',
      '"a":"y",',
      'null',
    ];
    const change = fc.tuple(fc.nat({ max: line.length }), fc.nat({ max: 3 }), fc.constantFrom(...pieces));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        const changed = changes.reduce((all, [at, gone, put]) => all.slice(0, at) + put + all.slice(at + gone), line);
        const body = text(line, changed, line);
        const expected = reference(stream, body);
        const found = read(stream, body);
        if (typeof expected !== 'number') expect(found).toEqual(expected);
        else expect(Array.isArray(found), changed).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  },
);

describe('what only looks like plain JSON', () => {
  const good = JSON.stringify(dhcpEvent(1));
  const stat = { ts: START, name: 'n', value: 1 };
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, 'x']));
  const cases: [string, IngestStream, unknown, boolean][] = [
    ['a field twice', 'dhcp-events', good.replace('{', '{"vlan":1,'), true],
    ['a field of an object’s own', 'dhcp-events', good.replace('{', '{"__proto__":"x",'), false],
    ['fields in another order', 'set-stats', `{"size":1,"ts":${START},"set":"s"}`, true],
    ['a required field that is missing', 'set-stats', { ts: START, size: 1 }, false],
    ['a zero in front', 'dhcp-events', good.replace('"vlan":1', '"vlan":01'), false],
    ['no digit', 'dhcp-events', good.replace('"vlan":1', '"vlan":'), false],
    ['an octet beyond 255', 'dhcp-events', good.replace('10.0.0.1', '10.0.0.256'), false],
    ['an octet with a zero in front', 'dhcp-events', good.replace('10.0.0.1', '10.0.0.01'), false],
    ['three octets', 'dhcp-events', good.replace('10.0.0.1', '10.0.0'), false],
    ['a type that begins like another', 'dhcp-events', good.replace('"offer"', '"offer2"'), false],
    ['something behind it', 'set-stats', `{"ts":${START},"set":"s","size":1}x`, false],
    ['a comma at its end', 'set-stats', `{"ts":${START},"set":"s","size":1,}`, false],
    ['an integer that is not safe', 'set-stats', `{"ts":${START},"set":"s","size":9007199254740993}`, false],
    ['many digits', 'set-stats', `{"ts":${START},"set":"s","size":${'9'.repeat(30)}}`, false],
    ['an empty name', 'counter-stats', { ...stat, name: '' }, false],
    ['256 characters of two bytes', 'counter-stats', { ...stat, name: 'ü'.repeat(256) }, true],
    ['257 characters', 'counter-stats', { ...stat, name: 'x'.repeat(257) }, false],
    ['no labels', 'counter-stats', { ...stat, labels: {} }, true],
    ['ten labels', 'counter-stats', { ...stat, labels: many(10) }, true],
    ['eleven labels', 'counter-stats', { ...stat, labels: many(11) }, false],
    [
      'a label twice',
      'counter-stats',
      JSON.stringify({ ...stat, labels: { a: 'x' } }).replace('{"a"', '{"a":"y","a"'),
      true,
    ],
    [
      'labels that are sorted',
      'counter-stats',
      '{"ts":0,"name":"n","value":1,"labels":{"b":"x","1":"y"}}'.replace(':0', `:${START}`),
      true,
    ],
    ['a label’s value that is too long', 'counter-stats', { ...stat, labels: { a: 'x'.repeat(257) } }, false],
  ];
  test.each(cases)('%s', (_what, stream, line, taken) => {
    const body = text(line);
    const expected = reference(stream, body);
    expect(typeof expected !== 'number').toBe(taken);
    expect(read(stream, body)).toEqual(taken ? expected : { code: 'invalid_rows', at: expect.stringMatching(/^1/) });
    expect(read(stream, Buffer.concat([body, Buffer.from('\n')]))).toEqual(read(stream, body));
  });
});

describe('a refusal names the line and the field', () => {
  const good = dhcpEvent(1);
  const cases: [string, unknown, string][] = [
    ['a missing field', { ts: START, mac: good.mac }, '2.message_type'],
    ['a wrong type', { ...good, vlan: '12' }, '2.vlan'],
    ['a value out of range', { ...good, vlan: 4096 }, '2.vlan'],
    ['an address that is none', { ...good, server_ip: '10.0.0.256' }, '2.server_ip'],
    ['a time too old', { ...good, ts: START - week - 1 }, '2.ts'],
    ['a time too far ahead', { ...good, ts: START + 300_001 }, '2.ts'],
    ['a time without an offset', { ...good, ts: '2027-01-01T00:00:00' }, '2.ts'],
    ['half of a character', { ...good, hostname: '\ud800' }, '2.hostname'],
    ['a field nobody knows, without its name', { ...good, secret: 1 }, '2'],
    ['no JSON', '{"ts":', '2'],
    ['JSON that is no object', '[1]', '2'],
  ];
  test.each(cases)('%s', (_name, wrong, at) => {
    expect(read('dhcp-events', text(good, wrong, good))).toEqual({ code: 'invalid_rows', at });
  });

  test('and never repeats the value', () => {
    const canary = 'de:ad:be:ef';
    for (const wrong of [{ ...good, mac: canary }, { ...good, [canary]: 1 }, { ...good, ip: canary }, canary]) {
      const reader = createRowReader('dhcp-events', START);
      let problem = '';
      try {
        reader.read(text(wrong, ''));
      } catch (error) {
        problem = JSON.stringify((error as Refusal).toProblem());
      }
      expect(problem).toContain('line 1');
      expect(problem).not.toContain(canary);
    }
  });
});

describe('a time in another unit than milliseconds', () => {
  test.each([
    ['seconds', START / 1000],
    ['seconds', START / 1000 + 0.25],
    ['microseconds', START * 1000],
    ['nanoseconds', START * 1e6],
  ])('is refused as %s: %d', (unit, ts) => {
    const body = text({ ...dhcpEvent(1), ts });
    expect(() => createRowReader('dhcp-events', START).read(Buffer.concat([body, Buffer.from('\n')]))).toThrow(
      `line 1, ts: looks like ${unit} since the Unix epoch, where milliseconds have to be sent.`,
    );
  });

  test('is not guessed at where it would be no time of now either', () => {
    const reader = createRowReader('dhcp-events', START);
    const old = text({ ...dhcpEvent(1), ts: START / 1000 - 8 * 24 * 3600 }, '');
    expect(() => reader.read(old)).toThrow('line 1, ts: is more than 7 days old.');
  });
});

describe('bytes', () => {
  test('may begin with a byte order mark, however it is cut, and with one only', () => {
    const rows = text(dhcpEvent(1), dhcpEvent(2));
    const mark = Buffer.from('\ufeff');
    const body = Buffer.concat([mark, rows]);
    const plain = read('dhcp-events', rows);
    expect(plain).toHaveLength(2);
    for (let cut = 0; cut <= body.length; cut += 1) {
      expect(read('dhcp-events', body.subarray(0, cut), body.subarray(cut))).toEqual(plain);
    }
    for (const byte of [...mark.keys()])
      expect(read('dhcp-events', mark.subarray(0, byte), mark.subarray(byte))).toEqual([]);
    expect(read('dhcp-events', mark, body)).toEqual({ code: 'invalid_rows', at: '1' });
    expect(read('dhcp-events', rows, Buffer.from('\n'), body)).toEqual({ code: 'invalid_rows', at: '3' });
  });

  test.each([
    ['within a line', Buffer.concat([text(dhcpEvent(1)), Buffer.from([0x0a, 0x22, 0xff, 0x0a])]), '2'],
    ['as the last line', Buffer.concat([text(dhcpEvent(1)), Buffer.from([0x0a, 0xc3])]), '2'],
    ['as a whole', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff]), '1'],
  ])('that are no UTF-8 %s are refused with their line', (_where, body, at) => {
    expect(read('dhcp-events', body)).toEqual({ code: 'invalid_rows', at });
  });

  test('a character that is cut by two chunks stays whole', () => {
    const body = text({ ...dhcpEvent(1), hostname: 'größe-💡' });
    const whole = read('dhcp-events', body);
    for (let cut = 0; cut <= body.length; cut += 1) {
      expect(read('dhcp-events', body.subarray(0, cut), body.subarray(cut))).toEqual(whole);
    }
  });
});

describe('a line has 16 KiB', () => {
  const padded = (bytes: number, filler: string) => {
    const bare = JSON.stringify(dhcpEvent(1));
    const rest = bytes - Buffer.byteLength(bare);
    return `${bare}${' '.repeat(rest % filler.length)}${filler.repeat(Math.floor(rest / filler.length))}`;
  };
  test.each([
    [lineBytes - 1, true],
    [lineBytes, true],
    [lineBytes + 1, false],
  ])('%i bytes', (bytes, taken) => {
    for (const end of ['\n', '']) {
      const found = read('dhcp-events', Buffer.from(padded(bytes, ' ') + end));
      if (taken) expect(found).toHaveLength(1);
      else expect(found).toEqual({ code: 'ingest_too_large', at: '1' });
    }
  });

  test('of bytes, not of characters', () => {
    const line = JSON.stringify({ ts: START, set: 's', size: 1, other: '💡'.repeat(lineBytes / 4) });
    expect(line.length).toBeLessThan(lineBytes);
    expect(read('set-stats', Buffer.from(`${line}\n`))).toEqual({ code: 'ingest_too_large', at: '1' });
  });

  test('one that never ends is refused without being gathered', () => {
    const reader = createRowReader('set-stats', START);
    const chunk = Buffer.alloc(lineBytes, 0x20);
    expect(reader.read(chunk)).toEqual([]);
    expect(() => reader.read(Buffer.from(' '))).toThrow('line 1: is longer');
  });
});

test('a request has 50,000 rows', () => {
  const line = `${JSON.stringify({ ts: START, set: 's', size: 1 })}\n`;
  const body = Buffer.from(line.repeat(ingestLimits.rows));
  expect(read('set-stats', body)).toHaveLength(ingestLimits.rows);
  expect(read('set-stats', body, Buffer.from(line))).toMatchObject({ code: 'ingest_too_large' });
});

test('a row is written down in one form only: one value a field, whole numbers, milliseconds', () => {
  const body = Buffer.from(' {"size": 1e3, "set":"a","set":"\\u0062", "ts":"2026-12-31T23:00:00.5-01:00"}\r\n\n');
  expect(read('set-stats', body)).toEqual([`{"size":1000,"set":"b","ts":${START + 500}}`]);
});
