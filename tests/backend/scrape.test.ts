import { expect, test } from 'vitest';
import { bearer, testApp } from '../support/app.ts';

const url = '/api/metrics/prometheus';

test('a minted token scrapes, and its last use shows at once', async () => {
  const { app, services, mint } = await testApp();
  const { id, secret } = await mint();
  const answer = await app.inject({ url, headers: bearer(secret) });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(answer.body).toContain('dhcp_dpi_scrape_tokens{status="active"} 1\n');
  expect(await services.tokens.get(id)).toMatchObject({ lastUsedAt: '2027-01-01T00:00:00.000Z', lastIp: '127.0.0.1' });
});
