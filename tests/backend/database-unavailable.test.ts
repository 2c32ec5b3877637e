import { describe, expect, test } from 'vitest';
import { bearer, testApp } from '../support/app.ts';
import { rawConnection } from '../support/services.ts';

describe('a database that cannot be asked', () => {
  test('is 503 with the time to come back, never 401, on a scrape and in the API', async () => {
    const { app, services, jwt, mint } = await testApp();
    const callers = { '/api/metrics/prometheus': (await mint()).secret, '/api/tokens': await jwt('admin') };
    await services.database.close();
    for (const [path, credential] of Object.entries(callers)) {
      const answer = await app.inject({ url: path, headers: bearer(credential) });
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
      expect(answer.json()).toMatchObject({ code: 'unavailable' });
      expect(answer.headers).not.toHaveProperty('www-authenticate');
    }
  });

  test('does not keep a malformed credential from its 401', async () => {
    const { app, services } = await testApp();
    await services.database.close();
    for (const headers of [{}, { authorization: 'Basic x' }, bearer(`vst_${'0'.repeat(49)}`)]) {
      expect((await app.inject({ url: '/api/metrics/prometheus', headers })).statusCode).toBe(401);
    }
  });

  test('shows in the health, which is still answered', async () => {
    const { app, config, jwt } = await testApp();
    const headers = bearer(await jwt('viewer'));
    expect((await app.inject({ url: '/api/health', headers })).json()).toMatchObject({ status: 'ok', database: 'ok' });
    rawConnection(config).exec('drop table audit_events');
    const answer = await app.inject({ url: '/api/health', headers });
    expect(answer.json()).toMatchObject({ status: 'degraded', database: 'unavailable' });
  });
});
