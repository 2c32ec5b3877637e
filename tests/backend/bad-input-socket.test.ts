import { describe, expect, test } from 'vitest';
import { testApp, type TestApp } from '../support/app.ts';
import { getRequest, listen, sendRaw } from '../support/socket.ts';

const SCRAPE = '/api/metrics/prometheus';

/** The application on a real port, and a good credential for each kind of route. */
async function listening(options: Parameters<typeof testApp>[0] = {}) {
  const t: TestApp = await testApp(options);
  const port = await listen(t.app);
  const good = { [SCRAPE]: (await t.mint()).secret, '/api/tokens': await t.jwt('admin') };
  return { ...t, port, good, get: (path: string, ...headers: string[]) => sendRaw(port, getRequest(path, ...headers)) };
}

const unauthorized = {
  status: 401,
  head: expect.stringMatching(/www-authenticate: Bearer\r\n/i),
  body: '{"type":"about:blank","title":"A valid credential of the right kind is required.","status":401,"code":"unauthorized"}',
};

describe('the Authorization header as it comes over the wire', () => {
  test('once, it lets in; white space after a header’s value is no part of it', async () => {
    const { get, good } = await listening();
    for (const [path, credential] of Object.entries(good)) {
      expect(await get(path, `Authorization: Bearer ${credential}`)).toMatchObject({ status: 200 });
      expect(await get(path, `aUTHORIZATION:Bearer ${credential}  \t`)).toMatchObject({ status: 200 });
      for (const scheme of ['bearer', 'BEARER', 'bEARER']) {
        expect(await get(path, `Authorization: ${scheme} ${credential}`)).toMatchObject({ status: 200 });
      }
    }
  });

  test('twice is malformed, whichever of the two is good, and in any spelling of its name', async () => {
    const { get, good } = await listening();
    for (const [path, credential] of Object.entries(good)) {
      const [valid, wrong] = [`Authorization: Bearer ${credential}`, 'authorization: Bearer x'];
      for (const headers of [
        [valid, wrong],
        [wrong, valid],
        [valid, valid],
        [valid, 'AUTHORIZATION:'],
      ]) {
        expect(await get(path, ...headers)).toEqual(unauthorized);
      }
    }
  });

  test('in another form is malformed', async () => {
    const { get, good } = await listening();
    for (const [path, credential] of Object.entries(good)) {
      for (const value of [
        `Basic ${credential}`,
        `Bearer  ${credential}`,
        `Bearer\t${credential}`,
        credential,
        'Bearer',
        '',
      ]) {
        expect(await get(path, `Authorization: ${value}`)).toEqual(unauthorized);
      }
      expect(await get(path, `Proxy-Authorization: Bearer ${credential}`)).toEqual(unauthorized);
      expect(await get(`${path}?access_token=${credential}`)).toEqual(unauthorized);
    }
  });

  test('the audit log knows the duplicate as malformed', async () => {
    const { app, services, get, good } = await listening();
    await get(SCRAPE, `Authorization: Bearer ${good[SCRAPE]}`, 'Authorization: Bearer x');
    await app.close();
    const [latest] = (await services.audit.list({ event: 'scrape.refused', limit: 1 })).items;
    expect(latest).toMatchObject({ details: { reason: 'malformed' }, target: null });
  });
});

test('two X-Grafana-Context headers are no identity', async () => {
  const { port, jwt } = await listening({ settings: { auth: { grafana: { trust_context: true, org_id: 1 } } } });
  const context = `X-Grafana-Context: ${JSON.stringify({ UserID: 1, OrgID: 1, OrgRole: 'Admin', Login: 'ada' })}`;
  const authorization = `Authorization: Bearer ${await jwt('grafana')}`;
  expect(await sendRaw(port, getRequest('/api/tokens', authorization, context))).toMatchObject({ status: 200 });
  const twice = await sendRaw(port, getRequest('/api/tokens', authorization, context, context));
  expect([twice.status, twice.body]).toEqual([403, expect.stringContaining('identity_not_verified')]);
});

describe('what Node refuses before there is a request is a problem document too, and the server goes on', () => {
  test('headers of more than 64 KiB are 431, of a little less are read', async () => {
    const { get, good } = await listening();
    const authorization = `Authorization: Bearer ${good[SCRAPE]}`;
    expect(await get(SCRAPE, authorization, `X-Filler: ${'a'.repeat(60_000)}`)).toMatchObject({ status: 200 });
    const rejected = await get(SCRAPE, authorization, `X-Filler: ${'a'.repeat(70_000)}`);
    expect(rejected.status).toBe(431);
    expect(rejected.head).toMatch(/application\/problem\+json/);
    expect(JSON.parse(rejected.body)).toMatchObject({ status: 431, code: 'header_too_large' });
    expect(await get(SCRAPE, authorization)).toMatchObject({ status: 200 });
  });

  test('more than 200 header lines are 431: none is left out unseen, such as one behind 1,990 others', async () => {
    const anonymous = { anonymous: true, anonymous_networks: ['127.0.0.1'] };
    const { get } = await listening({ settings: { prometheus: { enabled: true, auth: anonymous } } });
    const lines = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: a`);
    expect((await get(SCRAPE, ...lines(198))).status).toBe(200);
    expect((await get(SCRAPE, ...lines(197), 'X-Forwarded-For: 192.0.2.1')).status).toBe(401);
    for (const headers of [lines(199), [...lines(1_990), 'X-Forwarded-For: 192.0.2.1'], lines(7_000)]) {
      const rejected = await get(SCRAPE, ...headers);
      expect([rejected.status, JSON.parse(rejected.body)]).toMatchObject([431, { code: 'header_too_large' }]);
    }
  });

  test.each([
    ['no HTTP', 'nonsense\r\n\r\n'],
    ['a TLS handshake', Buffer.from('1603010200010001fc0303', 'hex')],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n'],
    ['a line break in a header', 'GET /api/tokens HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\nb\r\n\r\n'],
    ['a NUL in a header', 'GET /api/tokens HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\0\r\n\r\n'],
    ['two lengths', 'POST /api/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'POST /api/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s is 400', async (_what, request) => {
    const { get, port, good } = await listening();
    const answer = await sendRaw(port, request);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { status: 400, code: 'invalid_request' }]);
    expect(await get(SCRAPE, `Authorization: Bearer ${good[SCRAPE]}`)).toMatchObject({ status: 200 });
  });

  test('a client that hangs up in the middle is none of our errors', async () => {
    const { get, port, good, logged } = await listening();
    const { connect } = await import('node:net');
    for (const part of ['GET /api/tok', 'POST /api/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{"na']) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(part, () => {
            socket.resetAndDestroy();
            resolve();
          });
        });
      });
    }
    expect(await get(SCRAPE, `Authorization: Bearer ${good[SCRAPE]}`)).toMatchObject({ status: 200 });
    expect(logged()).not.toContain('"level":50');
  });
});

test('a body that is announced or sent as too large is 413, for an administrator; 401 for anybody else', async () => {
  const { port, good } = await listening();
  const post = (...headers: string[]) =>
    [
      'POST /api/tokens HTTP/1.1',
      'Host: a',
      'Connection: close',
      'Content-Type: application/json',
      ...headers,
      '',
      '',
    ].join('\r\n');
  const authorization = `Authorization: Bearer ${good['/api/tokens']}`;
  const announced = await sendRaw(port, post(authorization, 'Content-Length: 99999999'));
  expect([announced.status, JSON.parse(announced.body)]).toMatchObject([413, { code: 'body_too_large' }]);
  const chunk = `8000\r\n${'a'.repeat(0x8000)}\r\n`;
  const sent = await sendRaw(port, `${post(authorization, 'Transfer-Encoding: chunked')}${chunk.repeat(3)}0\r\n\r\n`);
  expect(sent.status).toBe(413);
  const anybody = await sendRaw(port, post('Content-Length: 99999999'));
  expect(anybody.status).toBe(401);
});
