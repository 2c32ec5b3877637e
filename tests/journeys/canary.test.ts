/** Whatever the words of traffic come in by, they can neither be scraped nor read in a log. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { always, ruleBody } from '../support/alarms.ts';
import { bearer } from '../support/app.ts';
import { canaries, expectUnsaid, formats, words } from '../support/canaries.ts';
import { childOf, countRows, inside, makeIngestPlace, type IngestPlace } from '../support/ingest-journey.ts';
import { eventually, startServer } from '../support/server.ts';
import { vectorReceiver } from '../support/vector.ts';

const settings = {
  clickhouse: { url: 'embedded:clickhouse', staleness_seconds: 2 },
  ingest: { spool_dir: 'spool' },
};

test('MAC, DUID, address, vendor class and names reach ClickHouse, and neither an exposition nor a log line', async () => {
  const place = await makeIngestPlace(settings);
  const server = await startServer(place.config);
  const { secret } = await place.mint('Prometheus');
  const answers: string[] = [];
  const post = async (stream: string, body: string | Buffer, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${place.origin}/api/ingest/${stream}`, {
      method: 'POST',
      body,
      headers: { ...bearer(place.collector), 'content-type': 'application/x-ndjson', ...headers },
    });
    answers.push(await answer.text());
    return answer.status;
  };
  const ts = Date.now();
  const row = { ts, message_type: 'ack', ...canaries };
  const line = `${JSON.stringify(row)}\n`;

  expect(await post('dhcp-events', line)).toBe(202);
  expect(await post('dhcp-events', gzipSync(line), { 'content-encoding': 'gzip' })).toBe(202);
  const counter = { ts, name: canaries.hostname, value: 1, labels: { [canaries.mac]: canaries.ip } };
  expect(await post('counter-stats', `${JSON.stringify(counter)}\n`)).toBe(202);
  expect(await post('set-stats', `${JSON.stringify({ ts, set: canaries.duid, size: 1 })}\n`)).toBe(202);
  expect(await post('dhcp-events', line, { 'idempotency-key': canaries.mac })).toBe(202);

  const wrong = [
    ...words.map((word) => ({ ...row, [word]: 1 })),
    ...Object.keys(canaries).map((field) => ({ ...row, [field]: { [canaries.mac]: canaries.ip } })),
    { ...row, ip: canaries.hostname },
    { ...row, mac: canaries.hostname },
    { ...row, ts: canaries.mac },
  ];
  for (const one of wrong) expect(await post('dhcp-events', `${JSON.stringify(one)}\n`)).toBe(400);
  expect(await post('dhcp-events', line.slice(0, -5))).toBe(400);
  expect(await post(canaries.mac, line)).toBe(400);
  expect(await post(`dhcp-events?mac=${canaries.mac}`, line)).toBeLessThan(500);

  await place.drained();
  process.kill(childOf(server.child.pid)!, 'SIGKILL'); // failures have something to say too
  for (let n = 0; n < 5; n += 1) await post('dhcp-events', line);
  await eventually('ClickHouse is back', () => childOf(server.child.pid));
  await place.drained();

  await expectUnexposed(place, secret, 'dhcp_dpi_clickhouse_batch_insert_seconds_count');
  expect(await server.kill('SIGTERM')).toBe(0);
  expectUnsaid(server.output() + answers.join('\n'), 'the embedded ClickHouse ended');

  await inside(join(place.folder, 'clickhouse'), async (client) => {
    expect((await countRows(client)).rows).toBeGreaterThanOrEqual(8);
    const [kept] = await client.select(
      'SELECT mac, duid, ip, vendor_class, hostname, server_ip FROM dhcp_events LIMIT 1',
    );
    expect(kept).toEqual(canaries);
  });
});

test('names of tokens, credentials, rules and alarms, and notifications of them, reach people, and neither of both', async () => {
  const vector = await vectorReceiver();
  const place = await makeIngestPlace({
    ...settings,
    server: { trusted_proxies: ['127.0.0.1'] },
    alarms: { tick_seconds: 1 },
    notifications: { vector: { url: vector.url, timeout_seconds: 1, open_after_seconds: 1 } },
  });
  const jwt = await place.jwt('admin');
  const server = await startServer(place.config);
  const api = async <Answer>(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<Answer> => {
    const headers = { ...bearer(jwt), ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(place.origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as Answer;
  };
  const { secret } = await place.mint('Prometheus');
  const scrape = (headers: Record<string, string>, query = '') =>
    fetch(`${place.origin}/api/metrics/prometheus${query}`, { headers });

  // Each word as the name of a rule whose alarm fires, of a token that is used when it is revoked, and of a credential.
  vector.answer(400); // the first of them are set aside, with a line in the log
  const rules: string[] = [];
  for (const word of words) {
    const body = ruleBody(always, { name: word, severity: 'critical', channels: ['bell', 'vector'] });
    rules.push((await api<{ rule: { id: string } }>('/api/alarm-rules', body)).rule.id);
    const minted = await api<{ token: { id: string }; secret: string }>('/api/tokens', { name: word });
    await api(`/api/tokens/${minted.token.id}/rename`, { name: `${word} renamed` });
    await api(`/api/tokens/${minted.token.id}/revoke`, {});
    expect((await scrape({ ...bearer(minted.secret), 'x-forwarded-for': canaries.ip })).status).toBe(401);
    expect((await scrape(bearer(word.replaceAll(/[^\w-]/g, '-')), `?mac=${canaries.mac}`)).status).toBe(401);
    await place.cli('credential', 'issue', '--role', 'viewer', '--name', word);
  }
  const alarms = await eventually('their alarms fire', async () => {
    const { items } = await api<{ items: { id: string; ruleName: string }[] }>('/api/alarms?state=active&limit=200');
    const found = items.filter(({ ruleName }) => words.includes(ruleName));
    return found.length === words.length && found;
  });
  await eventually('they are set aside', () => server.output().includes('refused for good and quarantined'));

  // Whatever can fail on the way to people has something to say.
  vector.answer(500);
  place.sql(`CREATE TRIGGER broken BEFORE INSERT ON bell_notifications BEGIN SELECT raise(abort, 'broken'); END`);
  for (const { id } of alarms) await api(`/api/alarms/${id}/acknowledge`, {});
  for (const failure of ['the circuit breaker is open', 'outbox delivery failed']) {
    await eventually(failure, () => server.output().includes(failure));
  }
  const unknown = JSON.stringify({ ...always, metric: 'ofAnotherRelease' });
  place.sql('UPDATE alarm_rules SET condition = ? WHERE id = ?', unknown, rules[0]);
  await eventually('a rule cannot be evaluated', () =>
    server.output().includes('an alarm rule could not be evaluated'),
  );
  place.sql('DROP TRIGGER broken');
  vector.answer(200);
  for (const id of rules) await api(`/api/alarm-rules/${id}`, undefined, 'DELETE');
  await eventually('Vector is told of all', () => {
    const reported = JSON.stringify(vector.accepted());
    return words.every((word) => reported.includes(word));
  });
  await eventually('all is delivered', async () => (await place.metric('dhcp_dpi_notification_queue_depth')) === 0);

  await expectUnexposed(place, secret, 'dhcp_dpi_alarms_state_transitions_total');
  for (const path of ['/api/notifications?limit=200', '/api/tokens', '/api/credentials', '/api/audit?limit=200']) {
    const shown = JSON.stringify(await api(path));
    for (const word of words) expect(shown, path).toContain(word);
  }
  expect(await server.kill('SIGTERM')).toBe(0);
  expectUnsaid(server.output(), 'the circuit breaker is closed');
});

/** Asks for every format, compressed and not. `shown` is there to prove that something was read. */
async function expectUnexposed(place: IngestPlace, secret: string, shown: string): Promise<void> {
  for (const accept of formats) {
    for (const encoding of ['identity', 'gzip']) {
      const answer = await fetch(`${place.origin}/api/metrics/prometheus`, {
        headers: { ...bearer(secret), accept, 'accept-encoding': encoding },
      });
      expect(answer.headers.get('content-type')).toContain(accept.split('; ')[0]);
      expect(answer.headers.get('content-encoding') ?? 'identity').toBe(encoding);
      expectUnsaid(await answer.text(), shown);
    }
  }
}
