import type { CreatedToken, ListTokensQuery, Token, TokenList } from '../../contract/api.ts';
import type { Actor, AuditLog, AuditRecord } from '../audit/log.ts';
import { iso, type Clock } from '../clock.ts';
import type { Database, Tx } from '../database/database.ts';
import type { ScrapeTokenRow } from '../database/schema.ts';
import { expiryField, nameField } from '../fields.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../logger.ts';
import type { Notify } from '../notifications/outbox.ts';
import { Refusal } from '../refusal.ts';
import { createWriteBehind, type Use } from '../write-behind.ts';
import * as store from './store.ts';
import { foldName, hashSecret, newSecret, publicPrefix, toToken } from './token.ts';
import { verifyCredential, type Verdict } from './verify.ts';

/** A scrape token's life: minted, used, renamed, revoked. Rows are never deleted. */
export interface TokenService {
  /** Mints a token. The secret in the answer exists nowhere else afterwards. */
  create(input: { name: string; expiresAt?: string | null | undefined }, actor: Actor): Promise<CreatedToken>;
  /** @throws Refusal `token_not_found` */
  get(id: string): Promise<Token>;
  list(query: ListTokensQuery): Promise<TokenList>;
  /** @throws Refusal `token_not_found` */
  rename(id: string, name: string, actor: Actor): Promise<Token>;
  /** For good. @throws Refusal `token_not_found`, `token_already_revoked` */
  revoke(id: string, actor: Actor): Promise<Token>;
  /** Decides on a scrape's credential. Rejects where the database cannot be asked. */
  verify(credential: string): Promise<Verdict>;
  noteUse(id: string, ip: string): void;
  counts(): Promise<store.TokenCounts>;
  /** Writes what is gathered in memory. */
  close(): Promise<void>;
}

export interface TokenServiceOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly logger: Logger;
}

const told = {
  'token.created': { title: 'Scrape token created', text: (name: string) => `The scrape token “${name}” was created.` },
  'token.revoked': { title: 'Scrape token revoked', text: (name: string) => `The scrape token “${name}” was revoked.` },
} as const;

export function createTokenService({ database, audit, notify, clock, logger }: TokenServiceOptions): TokenService {
  const byHash = store.tokensByHash(database);
  const count = store.tokenCounter(database);
  const uses = createWriteBehind<Use>({
    database,
    logger,
    what: 'last uses of scrape tokens',
    save: async (tx, batch) => {
      for (const [id, use] of batch) await store.setLastUse(tx, id, use.at, use.ip);
      await store.setExpired(tx, [], clock.now());
    },
  });
  const expiries = createWriteBehind<true>({
    database,
    logger,
    what: 'expiries of scrape tokens',
    save: (tx, batch) => store.setExpired(tx, [...batch.keys()], clock.now()),
  });

  function present(row: ScrapeTokenRow): Token {
    const use = uses.pending(row.id);
    const state = row.state === 'active' && expiries.pending(row.id) ? 'expired' : row.state;
    return toToken({ ...row, state, ...(use && { last_used_at: use.at, last_ip: use.ip }) }, clock.now());
  }

  async function total(query: ListTokensQuery, now: number): Promise<number> {
    if (!store.isBlank(query.search)) return store.countFound(database.read, query, now);
    const counts = await count(now);
    return query.status ? counts[query.status] : counts.active + counts.expired + counts.revoked;
  }

  /** Tells administrators by the bell, whatever the alarm rules say. */
  function ring(tx: Tx, kind: keyof typeof told, { id, name }: ScrapeTokenRow, at: number): Promise<void> {
    const { title, text } = told[kind];
    return notify(tx, {
      kind,
      severity: 'info',
      title,
      text: text(name),
      at,
      audience: 'admin',
      tokenId: id,
      channels: ['bell'],
    });
  }

  /** Changes one token and records the event, together or not at all. */
  async function change(
    id: string,
    work: (tx: Tx, token: ScrapeTokenRow) => Promise<Omit<AuditRecord, 'target'> | undefined>,
  ): Promise<Token> {
    const changed = await database.transaction(async (tx) => {
      const token = await store.findToken(tx, id);
      if (!token) throw new Refusal('token_not_found');
      const record = await work(tx, token);
      if (record) await audit.record(tx, { ...record, target: id });
      return (await store.findToken(tx, id)) ?? token;
    });
    return present(changed);
  }

  return {
    async create(input, actor) {
      const now = clock.now();
      const name = nameField(input.name);
      const expiresAt = expiryField(input.expiresAt, now);
      const secret = newSecret();
      const row: ScrapeTokenRow = {
        id: newId('tok'),
        name,
        name_folded: foldName(name),
        prefix: publicPrefix(secret),
        hash: hashSecret(secret),
        created_at: now,
        created_by: actor.name ?? 'unknown',
        expires_at: expiresAt,
        revoked_at: null,
        revoked_by: null,
        last_used_at: null,
        last_ip: null,
        state: 'active',
      };
      await database.transaction(async (tx) => {
        await store.insertToken(tx, row);
        const details = { name, expiresAt: iso(expiresAt) };
        await audit.record(tx, { event: 'token.created', actor, target: row.id, details });
        await ring(tx, 'token.created', row, now);
      });
      return { token: present(row), secret };
    },

    async get(id) {
      const row = await store.findToken(database.read, id);
      if (!row) throw new Refusal('token_not_found');
      return present(row);
    },

    async list(query) {
      const now = clock.now();
      const { rows, nextCursor } = await store.listTokens(database.read, query, now);
      return { items: rows.map(present), nextCursor, total: await total(query, now) };
    },

    rename: (id, newName, actor) =>
      change(id, async (tx, token) => {
        const name = nameField(newName);
        if (name === token.name) return undefined;
        await store.setName(tx, id, name);
        return { event: 'token.renamed', actor, details: { name, before: token.name } };
      }),

    revoke: (id, actor) =>
      change(id, async (tx, token) => {
        if (token.state === 'revoked') throw new Refusal('token_already_revoked');
        const now = clock.now();
        await store.setRevoked(tx, token, now, actor.name ?? 'unknown');
        await ring(tx, 'token.revoked', token, now);
        return { event: 'token.revoked', actor, details: { name: token.name } };
      }),

    verify: (credential) => verifyCredential(credential, clock.now(), byHash, expiries),
    noteUse: (id, ip) => {
      uses.note(id, { at: clock.now(), ip });
    },
    counts: () => count(clock.now()),
    close: async () => {
      await expiries.close();
      await uses.close();
    },
  };
}
