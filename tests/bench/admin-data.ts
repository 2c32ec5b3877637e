/** A database as an appliance has it after years: a log that verifies, tokens and sessions, written straight into it. */
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { canonicalText, chainHash } from '../../backend/audit/chain.ts';
import { loadSigningKeys } from '../../backend/auth/signing-keys.ts';
import type { AuditEventName, AuditVia } from '../../contract/audit-events.ts';
import { createToken, issueCredential, type Settings } from './product.ts';
import { fillTokens } from './scrape-tokens.ts';

export interface Filled {
  readonly jwt: string;
  readonly secret: string;
}

interface Head {
  readonly seq: number;
  readonly hash: string;
}

const MINUTE = 60_000;
/** Events of a log that somebody knocks at: nine in ten are refused scrapes. */
const others: AuditEventName[] = ['token.created', 'token.revoked', 'credential.issued', 'alarm.acknowledged'];

/** @param rows of the audit log, one a minute until now. @param tokens and as many credentials */
export async function fillDatabase(settings: Settings, rows: number, tokens: number): Promise<Filled> {
  const folder = dirname(settings.file);
  const secret = await createToken(settings);
  const jwt = await issueCredential(settings, 'admin');
  const { audit } = await loadSigningKeys(join(folder, 'jwt-key.json'));

  const database = new Database(join(folder, 'vitals.db'));
  database.pragma('synchronous = OFF');
  database.pragma('cache_size = -200000');
  const head = database.prepare('select seq, hash from audit_events order by seq desc limit 1').get() as Head;
  fillAudit(database, audit.key, head, rows);
  fillTokens(database, tokens);
  fillCredentials(database, tokens);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return { jwt, secret };
}

function fillAudit(database: Database.Database, key: Buffer, head: Head, rows: number): void {
  const insert = database.prepare(
    `insert into audit_events (seq, id, at, event, actor, via, ip, target, body, hash)
     values (:seq, :id, :at, :event, :actor, :via, :ip, :target, :body, :hash)`,
  );
  const totals = new Map<AuditEventName, number>();
  const started = Date.now() - rows * MINUTE;
  let previous = head.hash;
  const write = database.transaction((from: number, to: number) => {
    for (let row = from; row < to; row++) {
      const isRefused = row % 10 !== 0;
      const event = isRefused ? 'scrape.refused' : (others[(row / 10) % others.length] ?? 'token.created');
      const content = {
        seq: head.seq + row + 1,
        id: `evt_${row.toString(36).padStart(16, '0')}`,
        at: started + row * MINUTE,
        event,
        actor: isRefused ? null : `user ${row % 70}`,
        via: (isRefused ? 'scrape' : 'grafana') as AuditVia,
        ip: isRefused ? `10.0.${row % 200}.1` : '192.0.2.1',
        target: isRefused ? null : `tok_${row}`,
      } as const;
      const details = isRefused ? { reason: 'unknown', count: 1 } : { name: `Token ${row}` };
      const body = canonicalText({ ...content, details });
      previous = chainHash(key, previous, body);
      insert.run({ ...content, body, hash: previous });
      totals.set(event, (totals.get(event) ?? 0) + 1);
    }
  });
  for (let from = 0; from < rows; from += 50_000) write(from, Math.min(from + 50_000, rows));
  const add = database.prepare(
    `insert into running_totals (name, value) values (?, ?)
     on conflict (name) do update set value = value + excluded.value`,
  );
  for (const [event, count] of totals) add.run(`audit.${event}`, count);
}

/** As many credentials, of which most have expired. */
function fillCredentials(database: Database.Database, count: number): void {
  const n = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < :count)';
  const numbers = { count, now: Date.now(), later: Date.now() + 365 * 86_400_000 };
  database
    .prepare(
      `${n} insert into credentials (id, name, role, created_at, created_by, expires_at, revoked_at, revoked_by)
       select 'crd_' || hex(randomblob(8)), 'user ' || i, iif(i % 5 = 0, 'viewer', 'admin'), :now - i * 1000, 'bench',
              iif(i % 1000 = 0, :later, :now - i), iif(i % 50 = 0, :now, null), iif(i % 50 = 0, 'bench', null)
       from n`,
    )
    .run(numbers);
}
