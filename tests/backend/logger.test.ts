import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLogger, scrub } from '../../backend/lib/logger.ts';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { actor, bearer, testApp } from '../support/app.ts';
import { breakInserts, rawConnection } from '../support/services.ts';

const jwt =
  'eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYWRtaW4iLCJqdGkiOiJjcmRfMSJ9.c2lnbmF0dXJlLXRoYXQtaXMtc2VjcmV0';

test('a scrape token is taken out of any line, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat().map(newSecret), fc.string(), (before, secret, after) => {
      expect(scrub(before + secret + after)).not.toContain(secret.slice(4, 16));
    }),
  );
});

test('a JWT is taken out too, whole or without its signature, and what is no secret stays', () => {
  for (const text of [
    `Bearer ${jwt}`,
    `"${jwt}"`,
    `x=${jwt}&y`,
    jwt.slice(0, 80),
    jwt.slice(0, jwt.lastIndexOf('.')),
  ]) {
    expect(scrub(text)).not.toContain('eyJyb2xlIjoiYWRtaW4');
  }
  const harmless = '{"level":30,"version":"1.2.3","msg":"the vst_ prefix of tok_123 is public"}\n';
  expect(scrub(harmless)).toBe(harmless);
});

test('what looks like the beginning of many JWTs hides none that follows, and ends where it ends', () => {
  const payload = 'eyJyb2xlIjoiYWRtaW4';
  for (const text of [`${'eyJ'.repeat(50)}${jwt}`, `eyJhbGciOieyJ.${payload}.sig`, `x\\n${jwt}`, `a.b.c.${jwt}`]) {
    expect(scrub(text)).not.toContain(payload);
  }
});

test('a logger scrubs messages, fields, nested fields and errors with their causes', () => {
  const secret = newSecret();
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  logger.info(`message ${secret}`);
  logger.info({ field: secret, deep: [{ deeper: secret, [secret]: 1 }] }, 'fields');
  logger.error({ err: new Error(`error ${secret}`, { cause: new Error(jwt) }) }, 'errors');
  logger.child({ [secret]: jwt }).warn('child');
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    expect(line).not.toContain(secret.slice(4, 20));
    expect(line).not.toContain(jwt.slice(10, 60));
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  }
});

describe('no token and no JWT reaches a log line or an audit row', () => {
  /** Sends both secrets in every part of a request to every kind of route. */
  async function sendEverywhere(app: Awaited<ReturnType<typeof testApp>>['app'], admin: string, secrets: string[]) {
    for (const secret of secrets) {
      const text = encodeURIComponent(secret);
      const payloads = [
        { name: secret },
        { name: 'a', expiresAt: secret },
        { name: 'a', [secret]: 1 },
        { name: 1, secret },
        `{"name": "${secret}`,
        secret,
      ];
      for (const authorization of [
        `Bearer ${admin}`,
        `Bearer ${secret}`,
        `Basic ${secret}`,
        secret,
        `bearer ${secret}`,
      ]) {
        const headers = { authorization, 'content-type': 'application/json' };
        const more = {
          cookie: `session=${secret}`,
          'x-forwarded-for': secret,
          'user-agent': secret,
          'x-grafana-id': secret,
        };
        const get = [
          `/api/tokens?search=${text}`,
          `/api/tokens?${text}=1`,
          `/api/tokens?cursor=${text}`,
          `/api/audit?actor=${text}`,
        ];
        for (const url of [
          ...get,
          `/api/tokens/${text}`,
          `/${text}`,
          `/api/metrics/prometheus?token=${text}`,
          `/%zz${text}`,
        ]) {
          await app.inject({ url, headers: { ...headers, ...more } });
        }
        await app.inject({ method: 'POST', url: `/api/tokens/${text}/revoke`, headers });
        for (const payload of payloads) await app.inject({ method: 'POST', url: '/api/tokens', headers, payload });
      }
    }
  }

  test('while everything works, and while the database fails in every way', async () => {
    const t = await testApp();
    const [admin, viewer] = [await t.jwt('admin'), await t.jwt('viewer')];
    const [used, unknown] = [(await t.mint()).secret, newSecret()];
    const secrets = [used, unknown, viewer];
    await sendEverywhere(t.app, admin, secrets);
    await t.services.tokens.create({ name: 'still works' }, actor);
    const rows = JSON.stringify((await t.services.audit.list({ limit: 200 })).items);
    for (const secret of secrets) expect(rows).not.toContain(secret.slice(10, 40));
    const mend = breakInserts(t.config, 'scrape_tokens');
    await sendEverywhere(t.app, admin, secrets);
    mend();
    rawConnection(t.config).exec('drop table scrape_tokens');
    await sendEverywhere(t.app, admin, secrets);
    await t.services.database.close();
    await sendEverywhere(t.app, admin, secrets);
    expect(t.logged()).toContain('a request failed');
    expect(t.logged()).toContain('request refused for now: the caller may try again');
    for (const secret of [...secrets, admin]) {
      expect(t.logged()).not.toContain(secret);
      expect(t.logged()).not.toContain(secret.slice(-30));
      expect(t.logged()).not.toContain(secret.slice(8, 30));
    }
  });

  test('a refused scrape’s audit row does not hold the credential', async () => {
    const { app, services, jwt: issue } = await testApp();
    const secrets = [newSecret(), await issue('admin')];
    for (const secret of secrets) {
      for (const authorization of [`Bearer ${secret}`, `Bearer ${secret}x`, `Basic ${secret}`, secret]) {
        await app.inject({ url: '/api/metrics/prometheus', headers: { authorization, 'x-forwarded-for': secret } });
      }
    }
    await app.close();
    const rows = JSON.stringify(await services.audit.list({ limit: 200 }));
    expect(rows).toContain('scrape.refused');
    for (const secret of secrets) expect(rows).not.toContain(secret.slice(10, 40));
  });
});

test('an answer to a failure inside says an id that its log line has, and nothing of its insides', async () => {
  const { app, config, jwt: issue, logged } = await testApp();
  const headers = bearer(await issue('admin'));
  rawConnection(config).exec('drop table audit_events');
  const answer = await app.inject({ url: '/api/audit', headers });
  expect(answer.statusCode).toBe(500);
  const { requestId, ...problem } = answer.json<{ requestId: string }>();
  expect(problem).toEqual({
    type: 'about:blank',
    status: 500,
    code: 'internal_error',
    title: 'Something went wrong inside the backend. Its log has the details under this id.',
  });
  const line = logged()
    .split('\n')
    .find((text) => text.includes('a request failed'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    requestId,
    err: { message: expect.stringContaining('audit_events') },
  });
});
