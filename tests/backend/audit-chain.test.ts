import { expect, test } from 'vitest';
import { canonicalText, chainHash, checkpointMac, GENESIS, rowProblem } from '../../backend/audit/chain.ts';

/**
 * Written down once, by another implementation of HMAC-SHA-256. A log that an earlier release wrote has to verify with
 * every later one, so none of this may ever change.
 */
const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const first = {
  row: {
    seq: 1,
    id: 'evt_0000000000000001',
    at: 1798761600000,
    event: 'token.created',
    actor: 'ada',
    via: 'grafana',
    ip: '2001:db8::1',
    target: 'tok_1',
  },
  details: { name: 'Süd', expiresAt: null, catalogues: ['platform'] },
  body: '{"seq":1,"id":"evt_0000000000000001","at":1798761600000,"event":"token.created","actor":"ada","via":"grafana","ip":"2001:db8::1","target":"tok_1","details":{"name":"Süd","expiresAt":null,"catalogues":["platform"]}}',
  hash: 'f64bb36d83690d16ed854323d6aeb04049b043e7dc799cb19f6f17e6b9ae02b4',
} as const;
const second = {
  row: {
    seq: 2,
    id: 'evt_0000000000000002',
    at: 1798761601000,
    event: 'token.revoked',
    actor: null,
    via: 'system',
    ip: null,
    target: null,
  },
  details: {},
  body: '{"seq":2,"id":"evt_0000000000000002","at":1798761601000,"event":"token.revoked","actor":null,"via":"system","ip":null,"target":null,"details":{}}',
  hash: 'dd184c1a8b10983b65a452c3c2e6aa9cd724bc0c7ef8064079f420b6a886ef50',
} as const;

test.each([first, second])('the stored text of row $row.seq is this, byte for byte', ({ row, details, body }) => {
  const otherOrder = Object.fromEntries(Object.entries(row).reverse()) as typeof row;
  expect(canonicalText({ ...otherOrder, details: { ...details } })).toBe(body);
});

test('the hashes of the first rows of a chain are these', () => {
  expect(GENESIS).toBe('');
  expect(chainHash(key, GENESIS, first.body)).toBe(first.hash);
  expect(chainHash(key, first.hash, second.body)).toBe(second.hash);
});

test('the signature of a checkpoint is this', () => {
  const mac = checkpointMac(key, { seq: 2, hash: second.hash, at: second.row.at });
  expect(mac).toBe('302c4449f6c933d8054871d57c58e02c86240e1bfb2bb27354070c7242293686');
});

test('rows that were written down fit each other', () => {
  const { row, body, hash } = first;
  expect(rowProblem(key, { seq: 0, hash: GENESIS }, { ...row, body, hash })).toBeUndefined();
  const next = { ...second.row, body: second.body, hash: second.hash };
  expect(rowProblem(key, { seq: 1, hash }, next)).toBeUndefined();
});

test.each([
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '1'],
  ['no JSON', '{'],
])('a text that is %s says that the body differs, though its hash fits', (_what, body) => {
  const row = { ...first.row, body, hash: chainHash(key, GENESIS, body) };
  expect(rowProblem(key, { seq: 0, hash: GENESIS }, row)).toBe('its column body differs from the text that was hashed');
});

test('what does not fit is named: a row that is missing, another hash, the first column that differs', () => {
  const { row, body, hash } = first;
  const from = { seq: 0, hash: GENESIS };
  const fits = { ...row, body, hash };
  expect(rowProblem(key, from, { ...fits, seq: 3 })).toBe('row 1 is missing: the row after 0 is 3');
  expect(rowProblem(key, { ...from, seq: 2 }, { ...fits, seq: 2 })).toBe('row 3 is missing: the row after 2 is 2');
  expect(rowProblem(key, from, { ...fits, hash: second.hash })).toBe(
    'its hash does not fit its text and the row before it',
  );
  for (const column of ['id', 'at', 'event', 'actor', 'via', 'ip', 'target'] as const) {
    const problem = `its column ${column} differs from the text that was hashed`;
    expect(rowProblem(key, from, { ...fits, [column]: 'x' })).toBe(problem);
  }
  expect(rowProblem(key, from, { ...fits, ip: '', at: 0 })).toMatch(/column at differs/);
});
