import type {
  CreatedToken,
  DiagnoseTokenBody,
  ListTokensQuery,
  RotatedToken,
  RotateTokenBody,
  Token,
  TokenConsumers,
  TokenDiagnosis,
  TokenList,
  TokenRotation,
} from '../../contract/api.ts';
import { PLATFORM } from '../../contract/catalogue-api.ts';
import type { Actor, AuditLog } from '../audit/log.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database, Tx } from '../database/database.ts';
import type { ScrapeTokenRow } from '../database/schema.ts';
import { invalidField, nameField } from '../http/fields.ts';
import type { Logger } from '../lib/logger.ts';
import type { Notify } from '../notifications/outbox.ts';
import { Refusal } from '../http/refusal.ts';
import { createWriteBehind } from '../database/write-behind.ts';
import { diagnose } from './diagnosis.ts';
import { createTokenEvents, notificationTexts } from './events.ts';
import { ringExpiring } from './expiry-notifications.ts';
import { allowedExpiry, inheritedExpiry } from './expiry.ts';
import { mint } from './mint.ts';
import type { Knock } from './usage/store.ts';
import { createPresenter } from './presenter.ts';
import { createProvisioning, type ProvisionedToken } from './provisioning/provisioned.ts';
import { endingOf } from './rotation/policy.ts';
import { rotationsUnderWay } from './rotation/store.ts';
import { createRotations } from './rotation/service.ts';
import { createSilence } from './usage/idle-time.ts';
import * as store from './store.ts';
import { cataloguesOf, storedCatalogues } from './token.ts';
import { createTokenUses, type Scrape } from './usage/usage.ts';
import { verifyCredential, type Verdict } from './verify.ts';

/** A scrape token's life: minted or provisioned, used, renamed, rotated, revoked. Rows are never deleted. */
export interface TokenService {
  /**
   * Mints a token. The secret in the answer exists nowhere else afterwards.
   * @throws Refusal `expiry_in_the_past`, `expiry_required`, `expiry_too_late`, `invalid_request` for a catalogue that nobody may read
   */
  create(input: CreateInput, actor: Actor): Promise<CreatedToken>;
  /** @throws Refusal `token_not_found` */
  get(id: string): Promise<Token>;
  list(query: ListTokensQuery): Promise<TokenList>;
  /** @throws Refusal `token_not_found` */
  rename(id: string, name: string, actor: Actor): Promise<Token>;
  /** For good. @throws Refusal `token_not_found`, `token_already_revoked` */
  revoke(id: string, actor: Actor): Promise<Token>;
  /**
   * Mints a successor, and ends this token when that has taken over or its time is up.
   * @throws Refusal `token_not_found`, `token_not_active`, `token_already_rotated`, and those of `create`
   */
  rotate(id: string, body: RotateTokenBody, actor: Actor): Promise<RotatedToken>;
  /** The tokens before and after it, and how far a switch is. @throws Refusal `token_not_found` */
  rotation(id: string): Promise<TokenRotation>;
  /** What is seen of its user. @throws Refusal `token_not_found` */
  consumers(id: string): Promise<TokenConsumers>;
  diagnose(body: DiagnoseTokenBody): Promise<TokenDiagnosis>;
  /** Makes the provisioned tokens those of the configuration. Called once, at the server's start. @throws ConfigError */
  provision(tokens: readonly ProvisionedToken[]): Promise<void>;
  /** Decides on a scrape's credential. Rejects where the database cannot be asked. */
  verify(credential: string): Promise<Verdict>;
  noteUse(id: string, scrape: Scrape): void;
  /** A scrape was refused with a token that is no longer valid. */
  noteKnock(id: string, reason: Knock['reason'], ip: string): void;
  /**
   * Ends switches that have come to their end, and rings for tokens that expire before long.
   * @param servedMs for how long scrapes could be answered since it was called last, by a monotonic clock.
   */
  lookAfter(servedMs: number): Promise<void>;
  /** @param totals the running totals, where they were read already */
  counts(totals?: ReadonlyMap<string, number>): Promise<store.TokenCounts>;
  /** When any scrape token was last used. */
  lastScrapeAt(): Promise<string | null>;
  /** Writes what is gathered in memory. */
  close(): Promise<void>;
}

export interface CreateInput {
  readonly name: string;
  readonly expiresAt?: string | null | undefined;
  /** What it may read; left out: the platform's own endpoint. */
  readonly catalogues?: readonly string[] | undefined;
}

export interface TokenServiceOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a new token may live; undefined: for ever. */
  readonly maxLifetimeDays: number | undefined;
  /** Catalogues that a token may name, beside the platform's own. */
  readonly inventories: readonly string[];
}

export function createTokenService(options: TokenServiceOptions): TokenService {
  const { database, audit, notify, clock, logger, maxLifetimeDays, inventories } = options;
  const byHash = store.tokensByHash(database);
  const count = store.tokenCounter(database);
  let lastNoted: number | undefined;
  const silence = createSilence();
  const uses = createTokenUses({ database, clock, logger, silence });
  const expiries = createWriteBehind<true>({
    database,
    logger,
    what: 'expiries of scrape tokens',
    save: (tx, batch) => store.setExpired(tx, [...batch.keys()], clock.now()),
  });
  const events = createTokenEvents(audit, notify);
  const presenter = createPresenter({ database, clock, uses, expiries, silence });
  const { present, asOfNow } = presenter;
  const rotations = createRotations({ database, clock, events, silence, asOfNow });
  const known = [PLATFORM, ...inventories];

  async function total(query: ListTokensQuery, now: number): Promise<number> {
    if (!store.isBlank(query.search)) return store.countFound(database.read, query, now);
    const counts = await count(now);
    return query.status ? counts[query.status] : counts.active + counts.expired + counts.revoked;
  }

  async function find(db: Parameters<typeof store.findToken>[0], id: string): Promise<ScrapeTokenRow> {
    const row = await store.findToken(db, id);
    if (!row) throw new Refusal('token_not_found');
    return row;
  }

  /** Changes one token under the write lock, all or nothing. */
  async function change(id: string, work: (tx: Tx, token: ScrapeTokenRow) => Promise<void>): Promise<Token> {
    const changed = await database.transaction(async (tx) => {
      await work(tx, await find(tx, id));
      return find(tx, id);
    });
    return present(changed);
  }

  async function insert(tx: Tx, row: ScrapeTokenRow, actor: Actor): Promise<void> {
    await store.insertToken(tx, row);
    const { predecessor_id: predecessor } = row;
    const details = {
      expiresAt: iso(row.expires_at),
      catalogues: cataloguesOf(row),
      ...(predecessor !== null && { predecessor }),
    };
    await events.record(tx, 'token.created', row, actor, details);
  }

  /** @throws Refusal `invalid_request` where a catalogue is not known, or comes out of the platform's own endpoint */
  function readable(ids: readonly string[]): readonly string[] {
    const other = ids.find((id) => !known.includes(id));
    if (other === undefined) return ids;
    throw invalidField('catalogues', `${other} is none that a token can name. There are: ${known.join(', ')}.`);
  }

  return {
    async create(input, actor) {
      const now = clock.now();
      const by = actor.name ?? 'unknown';
      const expires_at = allowedExpiry(input.expiresAt, now, maxLifetimeDays);
      const catalogues = storedCatalogues(readable(input.catalogues ?? [PLATFORM]));
      const name = nameField(input.name);
      const { row, secret } = mint({
        name,
        created_at: now,
        created_by: by,
        expires_at,
        predecessor_id: null,
        catalogues,
      });
      await database.transaction(async (tx) => {
        await insert(tx, row, actor);
        await events.ring(tx, 'token.created', row, { ...notificationTexts['token.created'](row.name), at: now });
      });
      return { token: await present(row), secret };
    },

    get: async (id) => present(await find(database.read, id)),

    async list(query) {
      const now = clock.now();
      const { rows, nextCursor } = await store.listTokens(database.read, query, now);
      return { items: await presenter.presentAll(rows), nextCursor, total: await total(query, now) };
    },

    rename: (id, newName, actor) =>
      change(id, async (tx, token) => {
        const name = nameField(newName);
        if (name === token.name) return;
        await store.setName(tx, id, name);
        await events.record(tx, 'token.renamed', { ...token, name }, actor, { before: token.name });
      }),

    revoke: (id, actor) =>
      change(id, async (tx, token) => {
        if (token.state === 'revoked') throw new Refusal('token_already_revoked');
        await rotations.revoke(tx, token, actor, actor.name ?? 'unknown');
        await rotations.settle(tx, token, actor);
      }),

    async rotate(id, body, actor) {
      const ending = endingOf(body, clock.now());
      const { predecessor, successor, secret } = await database.transaction(async (tx) => {
        await rotations.settle(tx, await find(tx, id), actor);
        const token = await find(tx, id);
        if (asOfNow(token).status !== 'active') throw new Refusal('token_not_active');
        if (token.successor_id !== null) throw new Refusal('token_already_rotated');
        const now = clock.now();
        const expires_at =
          body.expiresAt === undefined
            ? inheritedExpiry(token, now, maxLifetimeDays)
            : allowedExpiry(body.expiresAt, now, maxLifetimeDays);
        const by = actor.name ?? 'unknown';
        const { name, catalogues } = token;
        const minted = mint({ name, created_at: now, created_by: by, expires_at, predecessor_id: id, catalogues });
        await insert(tx, minted.row, actor);
        await rotations.begin(tx, token, minted.row, ending, actor);
        return { predecessor: await find(tx, id), successor: minted.row, secret: minted.secret };
      });
      return { token: await present(successor), secret, predecessor: await present(predecessor) };
    },

    async rotation(id) {
      const token = await find(database.read, id);
      return {
        chain: await presenter.presentAll(await rotations.chain(token)),
        progress: await rotations.progress(token),
      };
    },

    async consumers(id) {
      await uses.flush();
      return presenter.consumers(await find(database.read, id));
    },

    async diagnose(body) {
      const { verdict, row } = await diagnose(database.read, body);
      const token = row ? await present(row) : null;
      return { verdict: verdict === 'known' ? (token?.status ?? 'unknown') : verdict, token };
    },

    provision: createProvisioning({ database, clock, logger, events, rotations, maxLifetimeDays, readable: known }),

    async verify(credential) {
      const verdict = await verifyCredential(credential, clock.now(), byHash, expiries);
      if (verdict.ok) silence.seen(verdict.token.id);
      return verdict;
    },

    noteUse(id, scrape) {
      lastNoted = clock.now();
      uses.note(id, scrape);
    },

    noteKnock: (id, reason, ip) => uses.noteKnock(id, reason, ip),

    async lookAfter(servedMs) {
      await uses.flush();
      const underWay = await rotationsUnderWay(database.read);
      silence.served(servedMs); // only now: while the database cannot be asked, scrapes are not answered
      await rotations.advance(underWay);
      await ringExpiring({ database, clock, events, isReplaced: rotations.isReplaced });
    },

    counts: (totals) => count(clock.now(), totals),
    lastScrapeAt: async () => iso(lastNoted ?? (await store.lastUse(database.read))),
    close: async () => {
      await expiries.close();
      await uses.close();
    },
  };
}
