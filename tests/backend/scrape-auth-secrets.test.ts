import { expect, test } from 'vitest';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { bearer, nextAddress } from '../support/app.ts';
import { rawConnection } from '../support/services.ts';
import { basic, SCRAPE_PATH, scrapeAuthApp } from '../support/scrape-auth.ts';
import { getRequest, listen, sendRaw } from '../support/socket.ts';

const every = { basic_password: true, query_token: true, anonymous: true };
const hex = (text: string) => [...text].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');

/** The forms in which a secret could be written down. */
function formsOf(secret: string): string[] {
  const services = secret.slice(10, 40);
  return [services, hex(services), Buffer.from(services).toString('base64').slice(2, -4), encodeURIComponent(services)];
}

test('a token in the query, or in Basic, is in no log line, answer, audit row or description, however the request fails', async () => {
  const t = await scrapeAuthApp(every);
  const { app, services, config, mint, jwt } = t;
  const secrets = [(await mint()).secret, newSecret(), await jwt('admin')];
  const said: string[] = [];

  async function everywhere(): Promise<void> {
    const queries = secrets.flatMap((secret) => [secret, hex(secret), `${secret}&token=${secret}`, `%zz${secret}`]);
    const urls = queries.flatMap((query) => [
      `${SCRAPE_PATH}?token=${query}`,
      `${SCRAPE_PATH}/${query}?token=${query}`,
      `${SCRAPE_PATH}/%zz?token=${query}`,
      `/api/health?token=${query}`,
      `/api/audit?actor=${query}`,
      `/metrics?token=${query}`,
    ]);
    const requests = urls.flatMap((url) => [
      { url },
      { url, headers: bearer('x') },
      { url, headers: basic('x', secrets[0]!) },
      { url, method: 'POST' as const },
    ]);
    for (const request of requests) {
      const answer = await app.inject({ ...request, remoteAddress: nextAddress() });
      said.push(JSON.stringify(answer.headers), answer.statusCode === 200 ? '' : answer.body);
    }
  }

  await everywhere();
  for (let n = 0; n < 30; n++) {
    const url = `${SCRAPE_PATH}?token=${secrets[1]!}`;
    said.push((await app.inject({ url, remoteAddress: '203.0.113.7' })).body); // 429 in the end
  }
  expect(said.at(-1)).toContain('too_many_attempts');
  said.push((await app.inject({ url: '/api/openapi.json', headers: bearer(secrets[2]!) })).body);

  const port = await listen(app);
  for (const secret of secrets) {
    const target = `${SCRAPE_PATH}?token=${secret}`;
    for (const request of [
      getRequest(`${target}x`, 'Authorization: Bearer x'),
      getRequest(target, 'A: b\nc'),
      getRequest(target, `X-Filler: ${'a'.repeat(70_000)}`),
      getRequest(target, 'Content-Length: 1', 'Content-Length: 2'),
      `GET ${target} HTTP/9.9\r\n\r\n`,
      `GET ${target}\r\n\r\n`,
      `GET ${target} HTTP/1.1\r\n\r\n`,
      `GET http://vitals${target} HTTP/1.1\r\nConnection: close\r\n\r\n`,
    ]) {
      const { head, body, status } = await sendRaw(port, request);
      said.push(head, status === 200 ? '' : body);
    }
  }

  const raw = rawConnection(config);
  raw.exec('alter table scrape_tokens rename to elsewhere');
  await everywhere(); // 503
  raw.exec('alter table elsewhere rename to scrape_tokens');
  raw.exec('alter table running_totals rename to elsewhere');
  await everywhere(); // 5xx behind the guard
  raw.exec('alter table elsewhere rename to running_totals');
  await app.close();

  const rows = JSON.stringify((await services.audit.list({ limit: 200 })).items);
  expect(rows).toContain('scrape.refused');
  expect(t.logged()).toContain('request refused for now: the caller may try again');
  const everything = said.join('\n') + rows + t.logged();
  for (const secret of secrets) for (const form of formsOf(secret)) expect(everything).not.toContain(form);
});

test('the description of the interface does not know of a token in the query', async () => {
  const { app, jwt } = await scrapeAuthApp(every);
  const document = (await app.inject({ url: '/api/openapi.json', headers: bearer(await jwt('viewer')) })).json<{
    paths: Record<string, { get: { parameters?: unknown } }>;
  }>();
  expect(document.paths[SCRAPE_PATH]?.get.parameters).toBeUndefined();
});
