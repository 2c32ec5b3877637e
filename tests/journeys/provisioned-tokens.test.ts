/** Tokens that the configuration brings in, and the ways of authentication that it turns on, in a real server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask } from '../support/http.ts';
import { runVitals } from '../support/command-line.ts';
import { makePlace, type Place } from '../support/place.ts';
import { basic } from '../support/scrape-auth.ts';
import { startServer, writeConfig } from '../support/server.ts';

interface Generated {
  readonly secret: string;
  readonly name: string;
  readonly sha256: string;
}

async function generate(name: string): Promise<{ secret: string; entry: { name: string; sha256: string } }> {
  const { stdout } = await runVitals('token', 'generate', '--name', name, '--json');
  const { secret, ...entry } = JSON.parse(stdout) as Generated;
  return { secret, entry };
}

const setUp = ({ folder, port }: Place, prometheus: object) =>
  writeConfig(folder, { server: { port }, prometheus: { enabled: true, ...prometheus } });

async function statusOf(place: Place, headers: Record<string, string> = {}, query = ''): Promise<number> {
  const answer = await ask(`${place.origin}/api/metrics/prometheus${query}`, {
    headers: { connection: 'close', ...headers },
  });
  return answer.status;
}

const warnings = (output: string) =>
  output
    .split('\n')
    .filter((line) => line.includes('"level":40'))
    .map((line) => JSON.parse(line) as { name?: string; msg: string });

test('a token lives and ends with its entry in the configuration, from start to start', async () => {
  const place = await makePlace();
  const [one, other, own] = [await generate('One'), await generate('Other'), await generate('Own')];
  const file = join(place.folder, 'scrape-token');
  writeFileSync(file, `${own.secret}\n`, { mode: 0o600 });
  const statuses = async () => {
    const found: number[] = [];
    for (const { secret } of [one, other, own])
      found.push(await statusOf(place, { authorization: `Bearer ${secret}` }));
    return found;
  };
  const run = async (entries: object[], env: Record<string, string>, meanwhile: () => Promise<unknown>) => {
    const server = await startServer(setUp(place, { provisioned_tokens: entries }), { env });
    const result = await meanwhile();
    await server.kill('SIGKILL');
    return { result, output: server.output() };
  };

  const first = await run([one.entry, other.entry], { VITALS_SCRAPE_TOKEN_FILE: file }, statuses);
  expect(first.result).toEqual([200, 200, 200]);
  const { id } = (await place.tokens()).find(({ name }) => name === 'Other')!;
  await place.cli('token', 'revoke', id);
  const second = await run([other.entry], {}, statuses);
  expect(second.result).toEqual([401, 401, 401]);
  expect(warnings(second.output)).toMatchObject([{ name: 'Other', msg: expect.stringContaining('was revoked') }]);
  await run([one.entry], {}, statuses);

  expect(
    (await place.tokens()).map(({ name, origin, status, revokedBy }) => [name, origin, status, revokedBy]),
  ).toEqual(
    expect.arrayContaining([
      ['One', 'provisioned', 'revoked', 'configuration'],
      ['Other', 'provisioned', 'revoked', expect.any(String)],
      ['provisioned by file', 'provisioned', 'revoked', 'configuration'],
    ]),
  );
  const reported = (await place.story()).map(({ event }) => event).filter((event) => event.startsWith('token.'));
  expect(reported).toEqual([...Array<string>(3).fill('token.provisioned'), ...Array<string>(3).fill('token.revoked')]);
  for (const { secret } of [one, other, own]) expect(first.output + second.output).not.toContain(secret.slice(10, 40));
  expect((await place.verify()).code).toBe(0);
});

test('each way that is on lets in, is warned of at every start, and is one audit event', async () => {
  const place = await makePlace();
  const { secret, entry } = await generate('GitOps');
  const auth = { basic_password: true, query_token: true, anonymous: true };
  const config = setUp(place, { auth, provisioned_tokens: [entry] });
  const outputs: string[] = [];
  for (let start = 0; start < 2; start++) {
    const server = await startServer(config);
    expect(await statusOf(place, basic('prometheus', secret))).toBe(200);
    expect(await statusOf(place, {}, `?token=${secret}`)).toBe(200);
    expect(await statusOf(place)).toBe(200);
    expect(await statusOf(place, { 'x-forwarded-for': '192.0.2.1' })).toBe(401);
    expect(await statusOf(place, {}, `?token=${secret.replace('vst_', 'vst-')}`)).toBe(401);
    await server.kill('SIGTERM');
    outputs.push(server.output());
    const sentences = warnings(server.output()).map(({ msg }) => msg.split(' ')[0]);
    expect(sentences).toEqual([
      'prometheus.auth.basic_password',
      'prometheus.auth.query_token',
      'prometheus.auth.anonymous',
    ]);
  }
  expect(outputs.join('')).not.toContain(secret.slice(10, 40));
  const changes = (await place.story()).filter(({ event }) => event === 'scrape.authentication_changed');
  expect(changes).toHaveLength(1);
});

test('a command beside the server neither brings a token in nor ends one', async () => {
  const place = await makePlace();
  const { entry } = await generate('GitOps');
  setUp(place, { provisioned_tokens: [entry] });
  expect(await place.tokens()).toEqual([]);
  await (await startServer(place.config)).kill('SIGTERM');
  setUp(place, {});
  expect(await place.tokens()).toMatchObject([{ name: 'GitOps', status: 'active' }]);
});
