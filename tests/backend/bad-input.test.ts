import { Value } from 'typebox/value';
import { beforeAll, describe, expect, test } from 'vitest';
import { Problem, Timestamp } from '../../contract/api.ts';
import { queryText } from '../../contract/schema.ts';
import { bearer, sharedApp, type TestApp } from '../support/app.ts';

const shared = sharedApp();
let t: TestApp;
let admin: Record<string, string>;

beforeAll(async () => {
  t = shared();
  admin = bearer(await t.jwt('admin'));
});

interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly payload?: string | Buffer | object;
}

/** Sends it as an administrator, and gives status, code and the fields that the problem names. */
async function refusalOf({ method = 'POST', url, headers = {}, payload }: Sent) {
  const answer = await t.app.inject({
    method,
    url,
    headers: { ...admin, ...headers },
    ...(payload !== undefined && { payload }),
  });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const problem = answer.json<Problem>();
  expect(Value.Errors(Problem, problem)).toEqual([]);
  expect(problem.status).toBe(answer.statusCode);
  return [problem.status, problem.code, problem.errors && [...new Set(problem.errors.map(({ field }) => field))]];
}

const invalid = (...fields: string[]) => [400, 'invalid_request', fields];
const json = { 'content-type': 'application/json' };
const url = '/api/tokens';

describe('a body is refused', () => {
  test.each<[string, object, string[]]>([
    ['without a name', {}, ['name']],
    ['with a number for a name', { name: 1 }, ['name']],
    ['with null for a name', { name: null }, ['name']],
    ['with an empty name', { name: '' }, ['name']],
    ['with a blank name', { name: ' \t ' }, ['name']],
    ['with 201 characters', { name: 'a'.repeat(201) }, ['name']],
    ['with more than the schema reads', { name: 'a'.repeat(1001) }, ['name']],
    ['with a control character', { name: 'a\u0000b' }, ['name']],
    ['with a text-direction character', { name: 'a\u202eb' }, ['name']],
    ['with half a character', { name: 'a\ud800' }, ['name']],
    ['with an unknown field', { name: 'a', scope: 'all' }, ['scope']],
    ['with a field that the answer has', { name: 'a', id: 'tok_1' }, ['id']],
    ['with an expiry without an offset', { name: 'a', expiresAt: '2028-01-01T00:00:00' }, ['expiresAt']],
    ['with an impossible expiry', { name: 'a', expiresAt: '2027-02-30T00:00:00Z' }, ['expiresAt']],
    ['with a number for an expiry', { name: 'a', expiresAt: 1893456000000 }, ['expiresAt']],
    ['that is a list', [], ['body']],
  ])('%s', async (_what, payload, fields) => {
    const before = await t.services.tokens.counts();
    expect(await refusalOf({ url, payload })).toEqual(invalid(...fields));
    expect(await t.services.tokens.counts()).toEqual(before);
  });

  test('with an expiry in the past, as such', async () => {
    const payload = { name: 'a', expiresAt: '2026-12-31T23:59:59Z' };
    expect(await refusalOf({ url, payload })).toEqual([400, 'expiry_in_the_past', ['expiresAt']]);
  });

  test.each([
    ['cut off', '{"name": "a"'],
    ['blank', ' '],
    ['no JSON', 'name=a'],
    ['with a trailing comma', '{"name":"a",}'],
    ['with a prototype', '{"name":"a","__proto__":{"x":1}}'],
    ['with a constructor’s prototype', '{"name":"a","constructor":{"prototype":{"x":1}}}'],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x7b])],
  ])('that is %s', async (_what, payload) => {
    const [status, code] = await refusalOf({ url, payload, headers: json });
    expect([status, code]).toEqual([400, 'invalid_json']);
  });

  test.each(['', 'null', '1', '"text"', 'true'])('that is %j and no object', async (payload) => {
    expect(await refusalOf({ url, payload, headers: json })).toEqual(invalid('body'));
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'multipart/form-data',
    'nonsense',
    'application/json/x',
  ])('of the type %s', async (type) => {
    const [status, code] = await refusalOf({ url, payload: '{"name":"a"}', headers: { 'content-type': type } });
    expect([status, code]).toEqual([415, 'unsupported_media_type']);
  });

  test('with more than 64 KiB, and one of just 64 KiB is read', async () => {
    const of = (size: number) => `{"name":"${'a'.repeat(size - 11)}"}`;
    expect(await refusalOf({ url, payload: of(65_536), headers: json })).toEqual(invalid('name'));
    expect(await refusalOf({ url, payload: of(65_537), headers: json })).toEqual([413, 'body_too_large', undefined]);
  });

  test('where none is asked for', async () => {
    const { id } = await t.mint();
    for (const payload of ['{"reason":"x"}', '[]', '"text"', '1']) {
      const [status, code] = await refusalOf({ url: `/api/tokens/${id}/revoke`, payload, headers: json });
      expect([status, code]).toEqual([400, 'invalid_request']);
    }
    expect(await t.services.tokens.get(id)).toMatchObject({ status: 'active' });
  });
});

test.each([undefined, '', '{}', 'null'])('where no body is asked for, %j will do', async (payload) => {
  const { id } = await t.mint();
  const headers = payload === undefined ? admin : { ...admin, ...json };
  const answer = await t.app.inject({
    method: 'POST',
    url: `/api/tokens/${id}/revoke`,
    headers,
    ...(payload && { payload }),
  });
  expect(answer.statusCode).toBe(200);
});

describe('a query is refused', () => {
  test.each([
    ['/api/tokens?limit=0', 'limit'],
    ['/api/tokens?limit=201', 'limit'],
    ['/api/tokens?limit=1.5', 'limit'],
    ['/api/tokens?limit=many', 'limit'],
    ['/api/tokens?limit=', 'limit'],
    ['/api/tokens?limit=1&limit=2', 'limit'],
    ['/api/tokens?status=gone', 'status'],
    ['/api/tokens?sort=hash', 'sort'],
    ['/api/tokens?sort=name%20desc', 'sort'],
    [`/api/tokens?search=${'a'.repeat(201)}`, 'search'],
    ['/api/tokens?search[]=a', 'search[]'],
    ['/api/tokens?cursor=', 'cursor'],
    [`/api/tokens?cursor=${'a'.repeat(2049)}`, 'cursor'],
    ['/api/tokens?page=2', 'page'],
    ['/api/tokens?__proto__=1', '__proto__'],
    ['/api/tokens?constructor=1', 'constructor'],
    ['/api/audit?event=token.deleted', 'event'],
    ['/api/audit?actor=', 'actor'],
    ['/api/audit?from=2027-01-01', 'from'],
    ['/api/audit?from=2027-01-01T00:00:00+01:00', 'from'],
    ['/api/audit?to=2027-02-30T00:00:00Z', 'to'],
    ['/api/credentials?limit=-1', 'limit'],
    ['/api/credentials?role=emperor', 'role'],
    ['/api/credentials?status=gone', 'status'],
    ['/api/audit?ip=', 'ip'],
    ['/api/tokens?search=%00', 'search'],
    ['/api/tokens?search=a%00b', 'search'],
    ['/api/tokens?cursor=%00', 'cursor'],
    ['/api/tokens?cursor=%F0%9F', 'cursor'],
    ['/api/audit?actor=%00', 'actor'],
    ['/api/audit?ip=192.0.2.1%00', 'ip'],
    ['/api/audit?from=0000-01-01T00:00:00Z', 'from'],
    ['/api/audit?to=0000-12-31T23:59:59Z', 'to'],
    ['/api/audit?to=2027-13-01T00:00:00Z', 'to'],
    ['/api/audit/export?format=csv&from=0000-01-01T00:00:00Z', 'from'],
    ['/api/alarms?cursor=a%00', 'cursor'],
    ['/api/credentials?cursor=+', 'cursor'],
    ['/api/notifications?cursor=%7F', 'cursor'],
  ])('%s', async (path, field) => {
    expect(await refusalOf({ method: 'GET', url: path })).toEqual(invalid(field));
  });

  test.each(['/api/tokens', '/api/audit', '/api/credentials'])('with a cursor of another listing: %s', async (path) => {
    for (const cursor of ['nonsense', Buffer.from('["other",1,"x"]').toString('base64url')]) {
      const answer = await t.app.inject({ url: `${path}?cursor=${cursor}`, headers: admin });
      expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 'invalid_cursor' }]);
    }
  });
});

/** As the validator reads it. */
const patternOf = (schema: object) => new RegExp((schema as { pattern?: string }).pattern ?? 'none', 'u');

test('a text in a query is whole characters: no half of one, however it got there', () => {
  const pattern = patternOf(queryText(200, 'a text'));
  for (const good of ['', 'a', 'ä€', '😀', '\u{10ffff}', '\t', '\ue000']) expect(good).toMatch(pattern);
  for (const bad of ['\0', 'a\0', '\ud800', 'a\udfffb', '\udc00\ud800']) expect(bad).not.toMatch(pattern);
});

test.each([
  ['0000-01-01T00:00:00Z', false],
  ['0001-01-01T00:00:00Z', true],
  ['9999-12-31T23:59:59.999999999+23:59', true],
  ['2028-02-29T00:00Z', true],
  ['2027-02-30T00:00Z', false],
  ['2027-04-31T00:00Z', false],
  ['2027-00-01T00:00Z', false],
  ['2027-01-01T24:00Z', true],
  ['2027-01-01T24:00:00.000Z', true],
  ['2027-01-01T24:01Z', false],
  ['2027-01-01T24:00:00.001Z', false],
  ['2027-01-01T00:60Z', false],
  ['2027-01-01T00:00:60Z', false],
  ['2027-01-01T00:00+24:00', false],
])('by its form alone %s is a time: %s', (text, isTime) => {
  expect(patternOf(Timestamp).test(text)).toBe(isTime);
});

test('an id that nobody has is 404, one that cannot be is 400 or 404', async () => {
  const of = (id: string) => refusalOf({ method: 'GET', url: `/api/tokens/${id}` });
  expect(await of('tok_nobody')).toEqual([404, 'token_not_found', undefined]);
  expect(await of('%00')).toEqual([400, 'invalid_path', undefined]);
  expect(await of("'%20or%201=1")).toEqual([400, 'invalid_path', undefined]);
  expect(await of('a'.repeat(101))).toEqual(invalid('id'));
  expect((await of('a'.repeat(5000)))[0]).toBeOneOf([400, 404, 414]);
  expect(await of('%zz')).toEqual([400, 'invalid_path', undefined]);
  expect(await refusalOf({ url: '/api/credentials/crd_nobody/revoke' })).toEqual([
    404,
    'credential_not_found',
    undefined,
  ]);
});

describe('who has no credential learns nothing of the rest: 401 comes before', () => {
  test.each<[string, Sent]>([
    ['a body that is too large', { url, payload: 'x'.repeat(100_000), headers: json }],
    ['broken JSON', { url, payload: '{', headers: json }],
    ['a wrong content type', { url, payload: 'x', headers: { 'content-type': 'text/x' } }],
    ['a query that is wrong', { method: 'GET', url: '/api/tokens?limit=x' }],
    ['an id that nobody has', { url: '/api/tokens/nobody/revoke' }],
  ])('%s', async (_what, sent) => {
    const answer = await t.app.inject({ method: 'POST', ...sent });
    expect(answer.statusCode).toBe(401);
  });
});

test('a time in another form is answered with the form that is expected, once', async () => {
  const payload = { name: 'Prometheus', expiresAt: 'tomorrow' };
  const answer = await t.app.inject({ method: 'POST', url: '/api/tokens', headers: admin, payload });
  const message = 'has to be ISO 8601 date and time with an offset, for instance 2027-01-31T00:00:00Z.';
  expect(answer.json()).toMatchObject({
    detail: `expiresAt: ${message}`,
    errors: [{ field: 'expiresAt', message }],
  });
});
