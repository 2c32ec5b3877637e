import { describe, expect, test } from 'vitest';
import { failureKindOf, HttpFailure } from '../../backend/lib/http-client.ts';
import { connectionFailure, statusFailure, timedOut } from '../../backend/push/failures.ts';

const url = new URL('http://gateway.example:9091/metrics');

describe('a connection that failed before there was an answer', () => {
  test.each([
    ['ECONNREFUSED', 'unreachable', 'Nothing listens at'],
    ['ENOTFOUND', 'unreachable', 'cannot be resolved'],
    ['EAI_AGAIN', 'unreachable', 'cannot be resolved'],
    ['EAI_FAIL', 'unreachable', 'cannot be resolved'],
    ['EHOSTUNREACH', 'unreachable', 'There is no way to'],
    ['ENETUNREACH', 'unreachable', 'There is no way to'],
    ['EHOSTDOWN', 'unreachable', 'There is no way to'],
    ['ENETDOWN', 'unreachable', 'There is no way to'],
    ['EADDRNOTAVAIL', 'unreachable', 'There is no way to'],
    ['EACCES', 'unreachable', 'There is no way to'],
    ['EPERM', 'unreachable', 'There is no way to'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unreachable', 'is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    ['CERT_HAS_EXPIRED', 'unreachable', 'is not trusted (CERT_HAS_EXPIRED)'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unreachable', 'is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unreachable', 'is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unreachable', 'is not trusted (SELF_SIGNED_CERT_IN_CHAIN)'],
    ['EPROTO', 'unreachable', 'does not speak TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'unreachable', 'does not speak TLS'],
    ['ECONNRESET', 'unreachable', 'closed the connection without an answer'],
    ['EPIPE', 'unreachable', 'closed the connection without an answer'],
    ['ECONNABORTED', 'unreachable', 'closed the connection without an answer'],
    ['HPE_INVALID_CONSTANT', 'refused', 'does not speak HTTP'],
    ['EWHATEVER', 'unreachable', 'failed (EWHATEVER)'],
  ] as const)('%s is %s', (code, reason, words) => {
    const failure = connectionFailure(new HttpFailure(failureKindOf(code), code, { isSent: false }), url);
    expect(failure).toMatchObject({ reason, message: expect.stringContaining(words) });
    expect(failure.message).toContain('gateway.example:9091');
  });

  test('or too late is a timeout, with how long was waited', () => {
    expect(timedOut(url, 5)).toMatchObject({ reason: 'timeout', message: expect.stringContaining('5 seconds') });
  });
});

describe('an answer', () => {
  test.each([
    [200, undefined],
    [201, 'refused'],
    [202, undefined],
    [203, 'refused'],
    [299, 'refused'],
    [300, 'refused'],
    [399, 'refused'],
    [400, 'refused'],
    [401, 'unauthorized'],
    [402, 'refused'],
    [403, 'unauthorized'],
    [404, 'refused'],
    [407, 'refused'],
    [408, 'server_error'],
    [413, 'refused'],
    [429, 'server_error'],
    [499, 'refused'],
    [500, 'server_error'],
    [599, 'server_error'],
  ])('of %d is %s', (status, reason) => {
    expect(statusFailure(status, url, false)?.reason).toBe(reason);
  });

  test.each([
    [299, /There is no Pushgateway/],
    [300, /redirects/],
    [399, /redirects/],
    [400, /another type/],
    [413, /size/],
    [404, /HTTP 404/],
    [500, /HTTP 500/],
  ])('of %d says what to do', (status, words) => {
    expect(statusFailure(status, url, false)?.message).toMatch(words);
  });

  test('that refuses who asks says so by whether anybody was named', () => {
    expect(statusFailure(401, url, true)?.message).toMatch(/refuses the user name or the password \(HTTP 401\)/);
    expect(statusFailure(403, url, false)?.message).toMatch(/asks for a user name and a password \(HTTP 403\)/);
  });
});
