import { beforeEach, describe, expect, test, vi } from 'vitest';
import { explain } from '../../src/api/explain.ts';
import { credentialRefusal } from '../../src/api/credentialRefusal.ts';
import { ApiFailure } from '../../src/api/failure.ts';
import * as client from '../../src/api/client.ts';
import { deferred, denied, failed, on, refusal, requests, resetBackend, signedOut, type Reply } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

beforeEach(() => {
  vi.useFakeTimers();
  resetBackend();
});

/** What a call came to; it has to fail. */
async function failureOf(call: Promise<unknown>): Promise<ApiFailure> {
  const error: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ApiFailure);
  return error as ApiFailure;
}

const token = { data: { token: {}, alarm: {}, credential: {} } };

test.each([
  ['revoking a token', '/api/tokens/t1/revoke', () => client.revokeToken('t1')],
  ['revoking a credential', '/api/credentials/c1/revoke', () => client.revokeCredential('c1')],
  ['verifying again', '/api/audit/verification', () => client.verifyAgain()],
])('%s sends an empty object, because Grafana calls every body of a POST JSON', async (_, path, call) => {
  on('POST', path, token);
  await call();
  expect(requests.map(({ data }) => data as unknown)).toEqual([{}]);
});

test('so does acknowledging an alarm', async () => {
  await client.acknowledgeAlarm('a1').catch(() => undefined);
  expect(requests.map(({ method, data }) => [method, data as unknown])).toEqual([['POST', {}]]);
});

describe('a time limit', () => {
  test('of ten seconds ends a call, and the request with it', async () => {
    on('GET', '/api/tokens', deferred().reply);
    let failure: ApiFailure | undefined;
    void failureOf(client.listTokens({})).then((found) => (failure = found));
    await vi.advanceTimersByTimeAsync(9_999);
    expect(failure).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(failure?.kind).toBe('timed_out');
    expect(failure?.isOutage).toBe(true);
    expect(explain(failure as ApiFailure)).toMatchObject({
      title: 'The Vitals backend cannot be reached.',
      advice: expect.stringContaining('No answer came within 10 seconds') as string,
    });
  });

  test('of a change says that nobody knows whether it was done; a question changes nothing', async () => {
    on('POST', '/api/tokens/t1/revoke', deferred().reply);
    on('POST', '/api/tokens/diagnose', deferred().reply);
    const change = failureOf(client.revokeToken('t1'));
    const question = failureOf(client.diagnoseToken({} as never));
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await change).isLost).toBe(true);
    expect(explain(await change).advice).toMatch(/It is not known whether the change was made/);
    expect((await question).isLost).toBe(false);
    expect(explain(await question).advice).not.toMatch(/is not known/);
  });
});

describe('who failed', () => {
  const html = '<html>nginx</html>';
  test.each<[string, Reply, string, RegExp]>([
    ['another server’s 401', failed(401, html), 'not_vitals', /not a Vitals backend/],
    ['its 401 in JSON', failed(401, { message: 'Unauthorized' }), 'not_vitals', /not a Vitals backend/],
    ['another server’s 403', failed(403, { message: 'Forbidden' }), 'not_vitals', /not a Vitals backend/],
    ['another Grafana’s 401', failed(401, { messageId: 'api-key.invalid' }), 'not_vitals', /not a Vitals backend/],
    ['another server’s 404', failed(404, { message: 'Not found' }), 'not_vitals', /not a Vitals backend/],
    ['another server’s 500', failed(500, html), 'not_vitals', /not a Vitals backend/],
    ['http on an https port', failed(400, html), 'not_vitals', /not a Vitals backend/],
    [
      'another server’s problem',
      failed(403, { type: 'x', title: 'No', status: 403, code: 'forbidden' }),
      'not_vitals',
      /not a/,
    ],
    [
      'Grafana’s own health',
      { data: { database: 'ok', version: '12.4.0' }, headers: {} },
      'not_vitals',
      /not a Vitals/,
    ],
    ['a web page', { data: html, headers: {} }, 'not_vitals', /not a Vitals backend/],
    [
      'another version',
      { data: {}, headers: { 'vitals-api-version': '2' } },
      'other_version',
      /a different API version/,
    ],
    ['a redirect', { data: {}, redirected: true }, 'redirected', /not a Vitals backend/],
    ['Grafana’s proxy, by role', denied, 'denied', /Your role in Grafana/],
    ['Grafana’s access control', failed(403, { accessErrorId: 'ACE1', title: 'Access denied' }), 'denied', /Your role/],
    ['Grafana, where the session is over', signedOut, 'signed_out', /does not recognise your session/],
    [
      'Grafana, of a revoked session',
      failed(401, { error: { id: 'ERR_TOKEN_REVOKED' } }),
      'signed_out',
      /your session/,
    ],
    ['Grafana, of an old session', failed(401, { messageId: 'session.token.rotate' }), 'signed_out', /your session/],
    ['Grafana, to nobody', failed(401, { messageId: 'auth.unauthorized' }), 'signed_out', /does not recognise your/],
    [
      'a plugin disabled meanwhile',
      failed(404, { message: 'Plugin is not enabled' }),
      'disabled',
      /not enabled in this org/,
    ],
    [
      'a route unknown to Grafana',
      failed(404, { message: 'plugin route match not found' }),
      'proxy_failed',
      /could not/,
    ],
    ['Grafana’s own 500', failed(500, { message: 'x', traceID: '' }), 'proxy_failed', /could not forward/],
    ['nobody there', failed(502, { message: '', response: '' }), 'unreachable', /backend cannot be reached/],
    ['a slow one', failed(504), 'unreachable', /backend cannot be reached/],
    ['Grafana, cancelling', { status: -1, data: null, cancelled: true }, 'cancelled', /was cancelled/],
    ['the backend', refusal('forbidden'), 'rejected', /Your role does not allow this/],
    ['the backend, of a wrong path', refusal('not_found'), 'rejected', /does not know this address/],
    ['the backend, of a wrong role', refusal('wrong_credential_role'), 'rejected', /cannot act for Grafana’s users/],
    ['the backend, of an odd path', refusal('invalid_path'), 'rejected', /does not accept this URL path/],
  ])('%s', async (_, reply, kind, title) => {
    on('GET', '/api/tokens', reply);
    const failure = await failureOf(client.listTokens({}));
    expect(failure.kind).toBe(kind);
    expect(explain(failure).title).toMatch(title);
  });

  test('Grafana, that does not answer', async () => {
    on('GET', '/api/tokens', new TypeError('Failed to fetch'));
    on('GET', '/api/health', new TypeError('Failed to fetch'));
    const failure = await failureOf(client.listTokens({}));
    expect(failure.kind).toBe('grafana_unreachable');
    expect(explain(failure).title).toBe('Grafana cannot be reached.');
  });

  test('a redirect to another site, which browsers keep from the page: Grafana itself answers', async () => {
    on('GET', '/api/tokens', new TypeError('Failed to fetch'));
    on('GET', '/api/health', { data: { database: 'ok' }, headers: {} });
    const failure = await failureOf(client.listTokens({}));
    expect(failure.kind).toBe('redirected');
    expect(explain(failure).advice).toMatch(/redirects to another address/);
  });
});

describe('what the backend explains is shown', () => {
  test('of an identity that it could not verify', async () => {
    on('GET', '/api/tokens', refusal('identity_not_verified', 'The issuer is a, wanted b.'));
    expect(explain(await failureOf(client.listTokens({}))).advice).toBe('The issuer is a, wanted b.');
  });

  test('of attempts that were too many, after what led to them', async () => {
    on('GET', '/api/tokens', refusal('too_many_attempts', 'Waiting alone does not help.'));
    const reported = explain(await failureOf(client.listTokens({})));
    expect(reported.title).toBe("The backend refused Grafana's service credential.");
    expect(reported.advice).toMatch(/mistyped, expired or revoked.* Waiting alone does not help\.$/);
    expect(credentialRefusal()).toBeDefined();
    on('GET', '/api/tokens', { data: {} });
    await client.listTokens({});
    expect(credentialRefusal()).toBeUndefined();
  });
});
