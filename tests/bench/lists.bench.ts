/** Every listing of a large appliance: 10^6 audit rows, 100,000 tokens and as many credentials, alarms, notifications. */
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { ask } from '../support/http.ts';
import { fillDatabase } from './admin-data.ts';
import { percentile, printFigure, roundsOr } from './figures.ts';
import { configure, inFolder, serve, type Settings } from './product.ts';

const ROWS = 1_000_000;
const TOKENS = 100_000;
const MINUTE = 60_000;
/** Every listing has to answer within so many milliseconds, 19 times of 20. */
const MOST_MS = 50;

/** A revoked token that is still used: nearly every row of refused scrapes is about it. */
const KNOCKING = 'tok_knocking';

const ago = (rows: number) => new Date(Date.now() - rows * MINUTE).toISOString();
const audit: Record<string, Record<string, string>> = {
  'newest page': {},
  'by event': { event: 'token.created' },
  'by an event that never was': { event: 'alarm_rule.deleted' },
  'by actor': { actor: 'user 10' },
  'by address': { ip: '10.0.7.1' },
  'by target': { target: 'tok_500000' },
  'by a target that nobody knows': { target: 'tok_nobody' },
  'by target, event and actor': { target: 'tok_500010', event: 'token.created', actor: 'user 10' },
  'by event, actor and address that never met': { event: 'scrape.refused', actor: 'user 10', ip: '192.0.2.1' },
  'by a target with half of the rows': { target: KNOCKING },
  'by a target with half of the rows and a rare event': { target: KNOCKING, event: 'token.revoked' },
  'by a target with half of the rows and a rare address': { target: KNOCKING, ip: '192.0.2.99' },
  'by a target with half of the rows and an actor': { target: KNOCKING, actor: 'user 10' },
  'of a day long ago': { from: ago(ROWS * 0.9), to: ago(ROWS * 0.9 - 1440) },
};
const LONG = 'a'.repeat(189);
const searches = {
  'a part of every name': 'a',
  'a part of few names': 'en 99',
  'a part of no name': 'nothing',
  'a long part of half of the names': LONG.slice(10),
  'a long part of no name': `${LONG}b`,
  'half of a name that is in none': `${LONG.slice(90)}b`,
  'a long text that begins like names': `token 1${LONG}`,
};
const statuses = ['active', 'expired', 'revoked'];
const sorts = ['createdAt', 'name', 'expiresAt', 'lastUsedAt'].flatMap((field) => [field, `-${field}`]);

const listings: [name: string, path: string, query: Record<string, string>][] = [
  ...Object.entries(audit).map(([name, query]): (typeof listings)[number] => [`audit ${name}`, '/api/audit', query]),
  ...sorts.map((sort): (typeof listings)[number] => [`tokens by ${sort}`, '/api/tokens', { sort }]),
  ...statuses.map((status): (typeof listings)[number] => [`tokens, ${status}`, '/api/tokens', { status }]),
  ...Object.entries(searches).flatMap(([name, search]): typeof listings => [
    [`tokens, ${name}`, '/api/tokens', { search }],
    [`tokens, ${name}, active by name`, '/api/tokens', { search, status: 'active', sort: 'name' }],
  ]),
  ['credentials', '/api/credentials', {}],
  ...statuses.flatMap((status): typeof listings => [
    [`credentials, ${status}`, '/api/credentials', { status }],
    [`credentials, ${status} viewers`, '/api/credentials', { status, role: 'viewer' }],
    [`credentials, ${status} collectors`, '/api/credentials', { status, role: 'collector' }],
  ]),
  ['alarms', '/api/alarms', {}],
  ['alarms, active', '/api/alarms', { state: 'active' }],
  ['alarms, past and critical', '/api/alarms', { state: 'past', severity: 'critical' }],
  ['alarms, active and info', '/api/alarms', { state: 'active', severity: 'info' }],
  ['notifications', '/api/notifications', {}],
  ['alarm rules', '/api/alarm-rules', {}],
];

/** Gives every token a name about as long as a name may be, half of the rows a target, and writes alarms and notifications. */
function fillMore({ file }: Settings): void {
  const database = new Database(join(dirname(file), 'vitals.db'));
  database.pragma('synchronous = OFF');
  database
    .prepare(
      `update scrape_tokens set name = ? || substr(id, 5, 8), name_folded = ? || lower(substr(id, 5, 8))
       where rowid % 2 = 0`,
    )
    .run(LONG, LONG);
  database
    .prepare(`update scrape_tokens set name = name || ?, name_folded = name_folded || ? where rowid % 2 = 1`)
    .run(LONG.slice(20), LONG.slice(20));
  database.prepare(`update audit_events set target = ? where event = 'scrape.refused' and seq % 9 < 5`).run(KNOCKING);
  const n = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < :count)';
  const numbers = { count: TOKENS, now: Date.now() };
  database
    .prepare(
      `${n} insert into alarms
         (id, rule_id, rule_name, severity, channels, state, subject, summary, opened_at, resolved_at)
       select 'alm_' || i, 'clickhouse-down', 'ClickHouse does not answer',
              iif(i % 3 = 0, 'critical', 'warning'), '["bell"]',
              iif(i % 100 = 0, 'firing', 'resolved'), json_object('kind', 'token', 'tokenId', 'tok_' || i), 'summary',
              :now - i * 1000, iif(i % 100 = 0, null, :now)
       from n`,
    )
    .run(numbers);
  database
    .prepare(
      `${n} insert into bell_notifications (seq, id, kind, severity, title, text, at, alarm_id, token_id, audience)
       select i, 'ntf_' || i, 'alarm.opened', 'warning', 'title', 'text', :now - (:count - i) * 1000, null, null,
              iif(i % 2 = 0, 'all', 'admins')
       from n`,
    )
    .run(numbers);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

await inFolder(async (folder) => {
  const settings = await configure(folder);
  const { jwt } = await fillDatabase(settings, ROWS, TOKENS);
  fillMore(settings);
  const server = await serve(settings);
  const headers = { authorization: `Bearer ${jwt}` };
  for (const [name, path, query] of listings) {
    const url = `http://127.0.0.1:${server.port}${path}?${new URLSearchParams(query).toString()}`;
    const took: number[] = [];
    for (let time = 0; time < 8 * roundsOr(5); time++) {
      const started = performance.now();
      const { status, text } = await ask(url, { headers });
      took.push(performance.now() - started);
      if (status !== 200) throw new Error(`${url}: ${status} ${text}`);
    }
    printFigure({ name: `${name}, p95`, unit: 'ms', value: percentile(took, 0.95), must: { value: MOST_MS } });
  }
  await server.stop();
});
