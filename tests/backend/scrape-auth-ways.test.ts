import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { actor, bearer, nextAddress, testApp } from '../support/app.ts';
import { everyCaller, expected, meets, send } from '../support/callers.ts';
import { basic, SCRAPE_PATH, scrapeAuthApp } from '../support/scrape-auth.ts';

const every = { basic_password: true, query_token: true, anonymous: true };

describe('with no way on but the header,', () => {
  test('a token as the password of Basic is malformed, and one in the query is no credential', async () => {
    const { mint, scrape, reasons } = await scrapeAuthApp({});
    const { secret } = await mint();
    expect((await scrape({ headers: basic('prometheus', secret) })).statusCode).toBe(401);
    expect((await scrape({ query: `?token=${secret}` })).statusCode).toBe(401);
    expect((await scrape({ query: `?token=${secret}`, headers: bearer(secret) })).statusCode).toBe(200);
    expect(await reasons()).toEqual(['malformed', 'missing']);
  });
});

describe('the token as the password of Basic authentication', () => {
  const on = () => scrapeAuthApp({ basic_password: true });

  test('lets in, whatever the user name is; Bearer stays as it was', async () => {
    const { mint, scrape } = await on();
    const { secret } = await mint();
    for (const user of ['prometheus', '', 'ümläut', 'a b', 'x'.repeat(1000)]) {
      expect((await scrape({ headers: basic(user, secret) })).statusCode, user).toBe(200);
    }
    expect((await scrape({ headers: bearer(secret) })).statusCode).toBe(200);
    expect((await scrape({ headers: basic('prometheus', secret), method: 'HEAD' })).statusCode).toBe(200);
  });

  test('is judged as in any other way, and its use is noted', async () => {
    const { mint, scrape, reasons, services, jwt } = await on();
    const { id, secret } = await mint();
    await scrape({ headers: basic('prometheus', secret), from: '192.0.2.9' });
    expect(await services.tokens.get(id)).toMatchObject({ lastIp: '192.0.2.9' });
    await services.tokens.revoke(id, actor);
    for (const password of [secret, newSecret(), `${secret}x`, await jwt('admin')]) {
      expect((await scrape({ headers: basic('prometheus', password) })).statusCode).toBe(401);
    }
    expect(await reasons()).toEqual(['revoked', 'unknown', 'bad_checksum', 'wrong_type']);
  });

  test('in another form is malformed', async () => {
    const { mint, scrape, reasons } = await on();
    const { secret } = await mint();
    const good = Buffer.from(`prometheus:${secret}`).toString('base64');
    const padded = Buffer.from(`prometheus1:${secret}`).toString('base64');
    expect(padded).toMatch(/[^=]=$/);
    for (const scheme of ['basic', 'BASIC']) {
      expect((await scrape({ headers: { authorization: `${scheme} ${good}` } })).statusCode).toBe(200);
    }
    const wrong = [
      `Basic  ${good}`,
      `Basic\t${good}`,
      `Basic ${good} `,
      `Basic ${good}, Basic ${good}`,
      `Basic ${good.slice(0, 8)} ${good.slice(8)}`,
      `Basic ${padded.slice(0, -1)}`,
      `Basic ${padded}=`,
      `Basic ${padded.slice(0, -2)}${padded.at(-2) === 'A' ? 'B' : String.fromCharCode(padded.charCodeAt(padded.length - 2) + 1)}=`,
      `Basic ${good.replaceAll('+', '-')}-`,
      `Basic ${Buffer.from(secret).toString('base64')}`,
      `Basic ${secret}`,
      'Basic',
      'Basic ',
      `Basic ${Buffer.from('prometheus:').toString('base64')}`,
      basic('prometheus', ` ${secret}`).authorization,
      basic('prometheus', `${secret}\n`).authorization,
      basic('prometheus', `x:${secret}`).authorization,
      basic('x'.repeat(5000), secret).authorization,
      secret,
      `Digest ${good}`,
    ];
    for (const authorization of wrong) {
      expect((await scrape({ headers: { authorization } })).statusCode, authorization).toBe(401);
    }
    expect(new Set(await reasons())).toEqual(new Set(['malformed']));
  });

  test('of whatever header, only one with the token after the first colon lets in', async () => {
    const { mint, scrape } = await on();
    const { secret } = await mint();
    const text = fc.oneof(fc.string(), fc.constant(secret), fc.constant(`:${secret}`), fc.constant(`${secret}:`));
    await fc.assert(
      fc.asyncProperty(text, text, async (user, password) => {
        const [, ...rest] = `${user}:${password}`.split(':');
        const { statusCode } = await scrape({ headers: basic(user, password) });
        expect(statusCode).toBe(rest.join(':') === secret ? 200 : 401);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the token in the query', () => {
  const on = (more: object = {}) => scrapeAuthApp({ query_token: true, ...more });

  test('lets in, alone or among other parameters; Bearer stays as it was', async () => {
    const { mint, scrape, services } = await on();
    const { id, secret } = await mint();
    for (const query of [`?token=${secret}`, `?a=1&token=${secret}&b`, `?token=%76${secret.slice(1)}`]) {
      expect((await scrape({ query, from: '192.0.2.9' })).statusCode, query).toBe(200);
    }
    expect((await scrape({ headers: bearer(secret) })).statusCode).toBe(200);
    expect((await scrape({ headers: bearer(secret), query: '?Token=x&tokens=y&token[]=z' })).statusCode).toBe(200);
    expect(await services.tokens.get(id)).toMatchObject({ status: 'active', lastUsedAt: expect.any(String) });
  });

  test('twice, empty, or beside an Authorization header is malformed, whichever of them is good', async () => {
    const { mint, scrape, reasons } = await on({ basic_password: true });
    const { secret } = await mint();
    for (const query of [
      `?token=${secret}&token=${secret}`,
      `?token=${secret}&token=`,
      `?token=x&token=${secret}`,
      `?token=${secret}&%74oken=x`,
      '?token=',
      '?token',
      `?token=${secret}%00`,
      `?token=${secret}%20`,
      `?token=+${secret}`,
      `?token=${'a'.repeat(5000)}`,
    ]) {
      expect((await scrape({ query })).statusCode, query).toBe(401);
    }
    for (const headers of [bearer(secret), bearer('x'), basic('x', secret), { authorization: '' }]) {
      expect((await scrape({ query: `?token=${secret}`, headers })).statusCode).toBe(401);
      expect((await scrape({ query: '?token=', headers })).statusCode).toBe(401);
    }
    expect(new Set(await reasons())).toEqual(new Set(['malformed']));
  });

  test('is judged as in any other way', async () => {
    const { mint, scrape, reasons, jwt } = await on();
    const { secret } = await mint();
    for (const token of [newSecret(), `${secret}x`, await jwt('admin')]) {
      expect((await scrape({ query: `?token=${token}` })).statusCode).toBe(401);
    }
    expect((await scrape({ query: '?Token=x' })).statusCode).toBe(401);
    expect(await reasons()).toEqual(['unknown', 'bad_checksum', 'wrong_type', 'missing']);
  });
});

test('with every way on, every other route answers every caller as before, and every 401 is the same', async () => {
  const { t, callers, routes } = await everyCaller({ prometheus: { enabled: true, auth: every } });
  const plain = await (await testApp()).app.inject({ url: SCRAPE_PATH });
  const differing: string[] = [];
  for (const route of routes) {
    for (const caller of callers) {
      const answer = await send(t, route, caller);
      const wanted = expected(route, caller);
      if (!meets(answer.statusCode, wanted)) differing.push(`${route.method} ${route.url}, ${caller.name}`);
      if (answer.statusCode !== 401) continue;
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      if (route.method !== 'HEAD') expect(answer.body).toBe(plain.body);
    }
  }
  expect(differing).toEqual([]);
});

test('no way but the header opens any other route, to a JWT or to a token', async () => {
  const { app, mint, jwt } = await scrapeAuthApp(every);
  for (const credential of [await jwt('admin'), (await mint()).secret]) {
    for (const url of ['/api/tokens', '/api/health']) {
      const from = (remoteAddress: string) => ({ remoteAddress, url });
      const attempts = [
        { ...from(nextAddress()), headers: basic('admin', credential) },
        { ...from(nextAddress()), url: `${url}?token=${credential}` },
        { ...from('127.0.0.1') },
      ];
      for (const attempt of attempts) expect((await app.inject(attempt)).statusCode).toBe(401);
    }
  }
});
