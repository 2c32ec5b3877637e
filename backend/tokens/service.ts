import type { CreatedToken, RotatedToken, RotateTokenBody, Token } from '../../contract/api.ts';
import { PLATFORM } from '../../contract/catalogue-api.ts';
import type { Actor, AuditLog } from '../audit/log.ts';
import type { Database, Tx } from '../database/database.ts';
import type { ScrapeTokenRow } from '../database/schema.ts';
import { invalidField, nameField } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import type { Clock } from '../lib/clock.ts';
import { createClockSteps } from '../lib/clock-steps.ts';
import type { Logger } from '../lib/logger.ts';
import type { Notify } from '../notifications/outbox.ts';
import { maintainTokens } from './maintenance.ts';
import { createTokenEvents, notificationTexts, type TokenEvents } from './model/events.ts';
import { allowedExpiry } from './model/expiry.ts';
import { insertToken, requireToken, setName } from './model/store.ts';
import { mint, storedCatalogues } from './model/token.ts';
import { createProvisioning, type ProvisionedToken } from './provisioning/provisioned.ts';
import { createTokenQueries, type TokenQueries } from './queries.ts';
import { createRotationService, type RotationService } from './rotation/service.ts';
import { createIdleTime } from './usage/idle-time.ts';
import type { RejectedUse } from './usage/store.ts';
import { createTokenUsage, type Scrape } from './usage/usage.ts';
import { createTokenVerifier, type Verdict } from './verify.ts';

/** A scrape token's life: created or provisioned, used, renamed, rotated, revoked. Rows are never deleted. */
export interface TokenService extends Omit<TokenQueries, 'present'> {
  /**
   * Mints a token. The secret in the answer exists nowhere else afterwards.
   * @throws Refusal `expiry_in_the_past`, `expiry_required`, `expiry_too_late`, `invalid_request` for a catalogue that nobody may read
   */
  create(input: CreateInput, actor: Actor): Promise<CreatedToken>;
  /** @throws Refusal `token_not_found` */
  rename(id: string, name: string, actor: Actor): Promise<Token>;
  /** For good. @throws Refusal `token_not_found`, `token_already_revoked` */
  revoke(id: string, actor: Actor): Promise<Token>;
  /**
   * Mints a successor, and ends this token when that has taken over or its time is up.
   * @throws Refusal `token_not_found`, `token_not_active`, `token_already_rotated`, and those of `create`
   */
  rotate(id: string, body: RotateTokenBody, actor: Actor): Promise<RotatedToken>;
  /** Makes the provisioned tokens those of the configuration. Called once, at the server's start. @throws ConfigError */
  provision(tokens: readonly ProvisionedToken[]): Promise<void>;
  /** Decides on a scrape's credential. Rejects where the database cannot be asked. */
  verify(credential: string): Promise<Verdict>;
  recordUse(id: string, scrape: Scrape): void;
  /** A scrape was rejected with a token that is no longer valid. */
  recordRejectedUse(id: string, reason: RejectedUse['reason'], ip: string): void;
  /**
   * Ends rotations that have come to their end, and notifies of tokens that expire before long.
   * @param servedMs for how long scrapes could be answered since it was called last, by a monotonic clock.
   */
  maintain(servedMs: number): Promise<void>;
  /** Writes what is gathered in memory. */
  close(): Promise<void>;
}

export interface CreateInput {
  readonly name: string;
  readonly expiresAt?: string | null | undefined;
  /** Its scope; left out: the platform's own endpoint. */
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
  const readable = [PLATFORM, ...inventories];
  const events = createTokenEvents(audit, notify);
  const idleTime = createIdleTime();
  const usage = createTokenUsage({ database, clock, logger, idleTime });
  const rotations = createRotationService({
    database,
    clock,
    steps: createClockSteps(clock),
    events,
    usage,
    idleTime,
    maxLifetimeDays,
  });
  const queries = createTokenQueries({ database, clock, usage, idleTime, rotations });
  const common = { database, clock, events, rotations, maxLifetimeDays, readable };
  return {
    ...queries,
    ...createChanges({ ...common, queries }),
    provision: createProvisioning({ ...common, logger }),
    verify: createTokenVerifier({ database, clock, usage, idleTime }),
    recordUse: (id, scrape) => {
      usage.record(id, scrape);
    },
    recordRejectedUse: (id, reason, ip) => {
      usage.recordRejectedUse(id, reason, ip);
    },
    maintain: (servedMs) => maintainTokens({ database, clock, events, usage, idleTime, rotations }, servedMs),
    close: () => usage.close(),
  };
}

interface ChangesOptions extends Pick<TokenServiceOptions, 'database' | 'clock' | 'maxLifetimeDays'> {
  readonly events: TokenEvents;
  readonly rotations: RotationService;
  readonly queries: TokenQueries;
  /** Catalogues that a token may name. */
  readonly readable: readonly string[];
}

/** What administrators change. Each change is made under the write lock, with its audit event, all or nothing. */
function createChanges(options: ChangesOptions): Pick<TokenService, 'create' | 'rename' | 'revoke' | 'rotate'> {
  const { database, clock, events, rotations, queries, maxLifetimeDays, readable } = options;
  const { present } = queries;

  async function changed(tx: Tx, id: string, work: (token: ScrapeTokenRow) => Promise<void>): Promise<ScrapeTokenRow> {
    await work(await requireToken(tx, id));
    return requireToken(tx, id);
  }

  return {
    async create(input, actor) {
      const now = clock.now();
      const expires_at = allowedExpiry(input.expiresAt, now, maxLifetimeDays);
      const catalogues = storedCatalogues(checkedCatalogues(input.catalogues ?? [PLATFORM], readable));
      const name = nameField(input.name);
      const created_by = actor.name ?? 'unknown';
      const { row, secret } = mint({ name, created_at: now, created_by, expires_at, predecessor_id: null, catalogues });
      await database.transaction(async (tx) => {
        await insertToken(tx, row);
        await events.recordCreated(tx, row, actor);
        await events.notify(tx, 'token.created', row, { ...notificationTexts['token.created'](name), at: now });
      });
      return { token: await present(row), secret };
    },

    async rename(id, newName, actor) {
      const row = await database.transaction((tx) =>
        changed(tx, id, async (token) => {
          const name = nameField(newName);
          if (name === token.name) return;
          await setName(tx, id, name);
          await events.record(tx, 'token.renamed', { ...token, name }, actor, { before: token.name });
        }),
      );
      return present(row);
    },

    async revoke(id, actor) {
      const row = await database.revoking((tx) =>
        changed(tx, id, async (token) => {
          if (token.state === 'revoked') throw new Refusal('token_already_revoked');
          await rotations.revoke(tx, token, actor, actor.name ?? 'unknown');
          await rotations.settle(tx, token, actor);
        }),
      );
      return present(row);
    },

    async rotate(id, body, actor) {
      const { predecessor, successor, secret } = await rotations.rotate(id, body, actor);
      return { token: await present(successor), secret, predecessor: await present(predecessor) };
    },
  };
}

/** @throws Refusal `invalid_request` where a catalogue is not known, or comes out of the platform's own endpoint */
function checkedCatalogues(ids: readonly string[], readable: readonly string[]): readonly string[] {
  const other = ids.find((id) => !readable.includes(id));
  if (other === undefined) return ids;
  throw invalidField('catalogues', `${other} is none that a token can name. There are: ${readable.join(', ')}.`);
}
