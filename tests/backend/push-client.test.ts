import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { pushgateway } from '../../backend/push/client.ts';
import { groupUrl, type Access } from '../../backend/push/grouping-key.ts';
import { fakePushgateway, type GatewayAnswer } from '../support/fake-pushgateway.ts';
import { whenOver } from '../support/over.ts';
import { freePort } from '../support/server.ts';

const text = 'dhcp_dpi_build_info 1\n';
const groupAt = (url: string, access: Access = 'none') => ({ url, job: 'vitals', instance: 'here', access });

describe('the path of a group carries every value exactly', () => {
  const decoded = (path: string) =>
    path.split('/').reduce<string[]>((parts, segment, index, all) => {
      const encoded = all[index - 1]?.endsWith('@base64');
      return [...parts, encoded ? Buffer.from(segment, 'base64url').toString('utf8') : segment];
    }, []);

  test.each([
    'vitals',
    'host.example.com:9470',
    '',
    '/',
    'a/b',
    '.',
    '..',
    '%2e%2e',
    'a b',
    'a?b#c',
    'a+b&c=d',
    '=',
    'Προμηθεύς',
    '🔑',
    '@base64',
    'x'.repeat(200),
  ])('%j', (value) => {
    const { pathname, search, hash } = groupUrl({
      url: 'http://gateway/below',
      job: value || '/',
      instance: value,
    });
    expect(search + hash).toBe('');
    const segments = decoded(pathname);
    expect(segments.slice(0, 4).map((one) => one.replace('@base64', ''))).toEqual(['', 'below', 'metrics', 'job']);
    expect(segments[4]).toBe(value || '/');
    expect(segments[5]?.replace('@base64', '')).toBe('instance');
    expect(segments[6]).toBe(value);
    expect(segments).toHaveLength(7);
    expect(pathname.endsWith('/')).toBe(false);
  });

  test('a value that needs nothing is written as it is, and an empty one as one padding character', () => {
    const path = (instance: string) => groupUrl({ url: 'http://gateway:9091', job: 'vitals', instance }).href;
    expect(path('host:9470')).toBe('http://gateway:9091/metrics/job/vitals/instance/host:9470');
    expect(path('')).toBe('http://gateway:9091/metrics/job/vitals/instance@base64/=');
  });
});

test('a push replaces the group as text 0.0.4, a removal deletes it, and both carry the credentials', async () => {
  const gateway = await fakePushgateway();
  const group = groupAt(gateway.url, { username: 'user', password: 'pä:ss' });
  expect(await pushgateway.put(group, 'a 1\nb{c="é"} 2\n')).toBeUndefined();
  expect(gateway.groups.get('/metrics/job/vitals/instance/here')).toBe('a 1\nb{c="é"} 2\n');
  expect(await pushgateway.remove(group)).toBeUndefined();
  expect(gateway.groups.size).toBe(0);
  expect(gateway.requests.map(({ method }) => method)).toEqual(['PUT', 'DELETE']);
  expect(gateway.requests[0]?.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const authorization = `Basic ${Buffer.from('user:pä:ss').toString('base64')}`;
  for (const { headers } of gateway.requests) expect(headers.authorization).toBe(authorization);
});

test('without credentials none are sent', async () => {
  const gateway = await fakePushgateway();
  await pushgateway.put(groupAt(gateway.url), text);
  expect(gateway.requests[0]?.headers).not.toHaveProperty('authorization');
});

describe('what can go wrong is told apart, in a sentence that says what to do', () => {
  const answers: [GatewayAnswer, string, RegExp][] = [
    [401, 'unauthorized', /asks for a user name and a password.*Give both/],
    [403, 'unauthorized', /Give both/],
    [301, 'refused', /redirects.*not followed/],
    [307, 'refused', /redirects.*not followed/],
    [400, 'refused', /metric of the same name and another type/],
    [404, 'refused', /There is no Pushgateway at this URL/],
    [405, 'refused', /There is no Pushgateway at this URL/],
    [413, 'refused', /no body of this size/],
    [204, 'refused', /There is no Pushgateway/],
    ['page', 'refused', /no Pushgateway.*login/],
    ['endless', 'refused', /no Pushgateway/],
    [408, 'server_error', /HTTP 408/],
    [429, 'server_error', /HTTP 429/],
    [500, 'server_error', /HTTP 500/],
    [503, 'server_error', /HTTP 503/],
    ['hangs up', 'unreachable', /closed the connection without an answer/],
  ];
  test.each(answers)('%s is %s', async (how, reason, message) => {
    const gateway = await fakePushgateway();
    gateway.answer(how);
    const failure = await pushgateway.put(groupAt(gateway.url), text);
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(gateway.requests).toHaveLength(1);
  });

  test('a refused user name is called so', async () => {
    const gateway = await fakePushgateway();
    gateway.answer(401);
    const failure = await pushgateway.put(groupAt(gateway.url, { username: 'user', password: 'wrong-canary' }), text);
    expect(failure?.message).toMatch(/refuses the user name or the password/);
    expect(JSON.stringify(failure)).not.toContain('canary');
  });

  test('nothing listens there', async () => {
    const failure = await pushgateway.put(groupAt(`http://127.0.0.1:${await freePort()}`), text);
    expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringMatching(/Nothing listens at 127/) });
  });

  test('there is no such name', async () => {
    const failure = await pushgateway.put(groupAt('http://no-such-host.invalid:9091'), text);
    expect(failure).toMatchObject({ reason: 'unreachable', message: expect.stringMatching(/cannot be resolved/) });
  });

  test('it takes the connection and never answers', async () => {
    const gateway = await fakePushgateway();
    gateway.answer('hangs');
    const failure = await pushgateway.put(groupAt(gateway.url), text, { deadlineMs: 50 });
    expect(failure).toMatchObject({ reason: 'timeout', message: expect.stringMatching(/did not answer within 0.05/) });
  });

  test('it speaks no HTTP, or no TLS', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('220 mail.example.com ESMTP\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    whenOver(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await pushgateway.put(groupAt(`http://127.0.0.1:${port}`), text)).toMatchObject({
      reason: 'refused',
      message: expect.stringMatching(/does not speak HTTP/),
    });
    expect(await pushgateway.put(groupAt(`https://127.0.0.1:${port}`), text)).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/TLS/),
    });
  });

  test('a password that can no longer be read is asked for again, and nothing is sent', async () => {
    const gateway = await fakePushgateway();
    expect(await pushgateway.put(groupAt(gateway.url, 'unreadable'), text)).toMatchObject({
      reason: 'unauthorized',
      message: expect.stringMatching(/Give it again/),
    });
    expect(gateway.requests).toEqual([]);
  });
});

test('it is known whether a push that failed may have been taken', async () => {
  const gateway = await fakePushgateway();
  const group = groupAt(gateway.url);
  const may = async (how: GatewayAnswer) => {
    gateway.answer(how);
    return (await pushgateway.put(group, text, { deadlineMs: 200 }))?.mayBeDone;
  };
  expect(await may(401)).toBe(false);
  expect(await may(400)).toBe(false);
  expect(await may(307)).toBe(false);
  expect(await may(502)).toBe(true);
  expect(await may('hangs')).toBe(true);
  expect(await may('hangs up')).toBe(true);
  await gateway.away();
  expect((await pushgateway.put(group, text))?.mayBeDone).toBe(false);
});
