import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorkbench, type Workbench } from '../../workbench/server/workbench.ts';
import { startFakeBackend, type FakeBackend } from '../plugin/fakeBackend.ts';

const CREDENTIAL = 'header.payload.signature';
const SETTINGS = '/api/plugins/appliance-vitals-app/settings';
const PROXY = '/api/plugin-proxy/appliance-vitals-app';
const dataDir = mkdtempSync(join(tmpdir(), 'vitals-workbench-'));

let backend: FakeBackend;
let workbench: Workbench;
let cookie: string;

beforeAll(async () => {
  backend = await startFakeBackend();
  workbench = await startWorkbench({ port: 0, dataDir, backendUrl: backend.url, credential: CREDENTIAL });
  cookie = await enter(workbench.link);
});
afterAll(async () => {
  await workbench.close();
  await backend.close();
});

interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** `fetch` without the browser's manners: sets Host, Origin and Cookie as told. */
function call(path: string, { method = 'GET', headers = {}, body }: Call = {}) {
  return new Promise<{ status: number; text: string; headers: Record<string, string> }>((done, fail) => {
    const outgoing = request(`${workbench.origin}${path}`, { method, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += String(chunk)));
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, text, headers: answer.headers as Record<string, string> }),
      );
    });
    outgoing.on('error', fail);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function enter(link: string): Promise<string> {
  const { headers } = await call(new URL(link).pathname + new URL(link).search);
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

const inside = (call: Call = {}): Call => ({
  ...call,
  headers: { cookie, ...(call.method && { origin: workbench.origin }), ...call.headers },
});
const signIn = (login: string) => call('/api/workbench', inside({ method: 'POST', body: { login } }));

describe('the door', () => {
  test('is on the loopback interface', () => {
    expect(workbench.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('nothing but the public keys is open to who did not enter', async () => {
    for (const path of [
      '/',
      '/a/appliance-vitals-app',
      '/host/host.js',
      '/public/plugins/appliance-vitals-app/module.js',
    ]) {
      expect([path, (await call(path)).status]).toEqual([path, 401]);
    }
    for (const path of ['/api/workbench', SETTINGS, `${PROXY}/api/health`]) {
      expect([path, (await call(path)).status]).toEqual([path, 401]);
    }
    expect((await call('/api/signing-keys/keys')).status).toBe(200);
  });

  test('a link works once', async () => {
    const link = new URL(workbench.newLink());
    expect((await call(link.pathname + link.search)).status).toBe(200);
    const again = await call(link.pathname + link.search);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect((await call('/enter?key=guessed')).status).toBe(403);
    expect((await call('/enter')).status).toBe(403);
  });

  test('the session cannot be read by scripts nor sent by other sites', async () => {
    const link = new URL(workbench.newLink());
    const { headers } = await call(link.pathname + link.search);
    expect(String(headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/);
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test.each([
    ['another name for this address', { host: 'evil.example:9471' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
  ])('refuses %s, even with a session', async (_, headers) => {
    expect((await call('/api/workbench', inside({ headers }))).status).toBe(403);
    expect((await call('/api/signing-keys/keys', { headers })).status).toBe(403);
  });

  test('a change without an Origin is refused', async () => {
    const { status } = await call('/api/workbench', { method: 'POST', headers: { cookie }, body: { login: 'vint' } });
    expect(status).toBe(403);
  });

  test('files outside of the served folders are not served', async () => {
    for (const path of [
      '/host/../../package.json',
      '/host/%2e%2e/%2e%2e/package.json',
      '/host/..%2f..%2fpackage.json',
    ]) {
      expect((await call(path, inside())).text).not.toContain('appliance-vitals"');
    }
  });
});

describe('the plugin proxy', () => {
  test('adds the credential and the identity, and takes the browser’s own away', async () => {
    await signIn('ada');
    const forged = {
      authorization: 'Bearer forged',
      'x-grafana-id': 'forged',
      'x-grafana-context': 'forged',
      referer: 'x',
    };
    expect((await call(`${PROXY}/api/health`, inside({ headers: forged }))).status).toBe(200);
    const { lastHeaders } = backend;
    expect(lastHeaders.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(lastHeaders).not.toHaveProperty('cookie');
    expect(lastHeaders).not.toHaveProperty('referer');
    expect(lastHeaders).not.toHaveProperty('origin');
    expect(lastHeaders['x-forwarded-for']).toBe('127.0.0.1');
    expect(JSON.parse(String(lastHeaders['x-grafana-context']))).toMatchObject({
      Login: 'ada',
      OrgRole: 'Admin',
      OrgID: 1,
    });
  });

  test('signs who is signed in, so that the keys it serves verify it', async () => {
    await signIn('grace');
    await call(`${PROXY}/api/health`, inside());
    const { trust } = workbench;
    const keys = createLocalJWKSet(JSON.parse((await call('/api/signing-keys/keys')).text) as JSONWebKeySet);
    const id = String(backend.lastHeaders['x-grafana-id']);
    const { payload } = await jwtVerify(id, keys, { issuer: trust.issuer, audience: `org:${trust.orgId}` });
    expect(decodeProtectedHeader(id).alg).toBe('ES256');
    expect(payload).toMatchObject({ type: 'user', role: 'Editor', username: 'grace', name: 'Grace Hopper' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect(JSON.stringify(keys.jwks())).not.toContain('"d"');
  });

  test('refuses a route that the role may not use, before the backend hears of it', async () => {
    await signIn('vint');
    backend.lastHeaders = {};
    const { status, text } = await call(`${PROXY}/api/tokens`, inside());
    expect([status, text]).toEqual([403, '{"message":"plugin proxy route access denied"}']);
    expect(backend.lastHeaders).toEqual({});
    expect((await call(`${PROXY}/api/integrations`, inside())).status).toBe(200);
    await signIn('ada');
    expect((await call(`${PROXY}/api/tokens`, inside())).status).toBe(200);
  });

  test('hands a refusal on as it is, and says 502 where nobody is', async () => {
    backend.refusal = 'identity_not_verified';
    const rejected = await call(`${PROXY}/api/health`, inside());
    backend.refusal = undefined;
    expect([rejected.status, JSON.parse(rejected.text)]).toMatchObject([403, { code: 'identity_not_verified' }]);
    const body = { jsonData: { backendUrl: 'http://127.0.0.1:1' } };
    await call(SETTINGS, inside({ method: 'POST', body }));
    expect((await call(`${PROXY}/api/health`, inside())).status).toBe(502);
    await call(SETTINGS, inside({ method: 'POST', body: { jsonData: { backendUrl: backend.url } } }));
  });
});

describe('the settings', () => {
  test('take a secret, use it, and never tell it again', async () => {
    const body = {
      enabled: true,
      jsonData: { backendUrl: backend.url },
      secureJsonData: { apiToken: 'new.service.credential' },
    };
    expect((await call(SETTINGS, inside({ method: 'POST', body }))).status).toBe(200);
    const { text } = await call(SETTINGS, inside());
    expect(JSON.parse(text)).toMatchObject({
      jsonData: { backendUrl: backend.url },
      secureJsonFields: { apiToken: true },
    });
    expect(text).not.toContain('new.service.credential');
    await call(`${PROXY}/api/health`, inside());
    expect(backend.lastHeaders.authorization).toBe('Bearer new.service.credential');
  });

  test('are for administrators to change', async () => {
    await signIn('grace');
    expect((await call(SETTINGS, inside({ method: 'POST', body: { jsonData: {} } }))).status).toBe(403);
    await signIn('ada');
  });

  test('outlive a restart, as does the key, in files that only their owner reads', async () => {
    for (const name of ['settings.json', 'signing-key.json']) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
    }
    const key = readFileSync(join(dataDir, 'signing-key.json'), 'utf8');
    const second = await startWorkbench({ port: 0, dataDir });
    await second.close();
    expect(readFileSync(join(dataDir, 'signing-key.json'), 'utf8')).toBe(key);
    expect(readFileSync(join(dataDir, 'settings.json'), 'utf8')).toContain('new.service.credential');
  });

  test('that are no JSON are refused', async () => {
    const response = await fetch(workbench.origin + SETTINGS, {
      method: 'POST',
      headers: { cookie, origin: workbench.origin },
      body: '{',
    });
    expect(response.status).toBe(400);
  });
});

test('a port in use is an error, not a silent exit', async () => {
  const port = Number(new URL(workbench.origin).port);
  await expect(startWorkbench({ port, dataDir })).rejects.toThrow(/EADDRINUSE/);
});
