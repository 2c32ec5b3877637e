import type { Actor } from '../../audit/log.ts';
import { iso, type Clock } from '../../lib/clock.ts';
import { ConfigError } from '../../config/error.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { ScrapeTokenRow } from '../../database/schema.ts';
import type { Logger } from '../../lib/logger.ts';
import { Refusal } from '../../http/refusal.ts';
import { notificationTexts, type TokenEvents } from '../model/events.ts';
import { withinPolicy } from '../model/expiry.ts';
import type { RotationService } from '../rotation/service.ts';
import * as store from '../model/store.ts';
import { cataloguesOf, newRow, statusOf, storedCatalogues } from '../model/token.ts';

/** Who brings tokens in, and ends those that are gone from the configuration. */
const system: Actor = { name: null, via: 'system', ip: null };
const BY_CONFIGURATION = 'configuration';

/** A scrape token that the configuration brings in. */
export interface ProvisionedToken {
  /** Where it stands, for whoever has to mend it. */
  readonly key: string;
  readonly expiryKey: string;
  readonly name: string;
  readonly hash: string;
  /** What is shown of it: of the token itself, or of its hash where only that is known. */
  readonly prefix: string;
  /** Milliseconds since the Unix epoch; null: never. */
  readonly expiresAt: number | null;
  readonly catalogues: readonly string[];
}

export interface ProvisioningOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: TokenEvents;
  readonly rotations: RotationService;
  readonly maxLifetimeDays: number | undefined;
  /** Catalogues that a token may name. */
  readonly readable: readonly string[];
}

/** Why an entry brings no token in. */
const unusable = {
  minted: 'this token was minted here and stays as it is: remove it from the configuration',
  revoked: 'this provisioned token was revoked and stays so: remove it, and provision another',
  expired: 'this provisioned token has expired and stays so: remove it, and provision another',
} as const;
type Unusable = keyof typeof unusable;

/**
 * Makes the provisioned tokens those of the configuration, all or nothing: new ones come in, known ones follow, what is gone
 * is revoked. What was revoked or has expired never comes back; the log says so at each start.
 * @throws ConfigError that names the key, for an expiry or a catalogue that this appliance does not allow
 */
export function createProvisioning(options: ProvisioningOptions) {
  const { database, clock, logger, events, rotations, maxLifetimeDays, readable } = options;

  function checkCatalogues({ key, catalogues }: ProvisionedToken): void {
    const other = catalogues.find((id) => !readable.includes(id));
    if (other === undefined) return;
    throw new ConfigError(
      `${key}.catalogues: ${other} is none that a token can name. There are: ${readable.join(', ')}.`,
    );
  }

  async function bringIn(tx: Tx, token: ProvisionedToken, now: number): Promise<void> {
    checkLifetime(token, now, maxLifetimeDays);
    const row = newRow({
      ...fieldsOf(token),
      hash: token.hash,
      prefix: token.prefix,
      origin: 'provisioned',
      created_at: now,
      created_by: BY_CONFIGURATION,
      predecessor_id: null,
    });
    await store.insertToken(tx, row);
    await events.record(tx, 'token.provisioned', row, system, shown(row));
    await events.notify(tx, 'token.created', row, { ...notificationTexts['token.provisioned'](row.name), at: now });
  }

  async function follow(tx: Tx, row: ScrapeTokenRow, token: ProvisionedToken, now: number): Promise<void> {
    const fields = fieldsOf(token);
    const wanted = { ...row, ...fields };
    if (wanted.expires_at !== row.expires_at) checkLifetime(token, row.created_at, maxLifetimeDays);
    const [before, after] = differences(named(row), named(wanted));
    if (Object.keys(after).length === 0) return;
    await store.setProvisioned(tx, row, fields, now);
    await events.record(tx, 'token.reprovisioned', wanted, system, { before, after });
  }

  async function adopt(tx: Tx, token: ProvisionedToken, now: number): Promise<Unusable | undefined> {
    const row = await store.findByHash(tx, token.hash);
    if (!row) {
      if (token.expiresAt !== null && token.expiresAt <= now) return 'expired';
      await bringIn(tx, token, now);
      return undefined;
    }
    if (row.origin === 'minted') return 'minted';
    const status = statusOf(row, now);
    if (status !== 'active') return status;
    await follow(tx, row, token, now);
    return undefined;
  }

  async function end(tx: Tx, row: ScrapeTokenRow): Promise<void> {
    await rotations.revoke(tx, row, system, BY_CONFIGURATION, { reason: BY_CONFIGURATION });
    await rotations.settle(tx, row, system);
  }

  return async (tokens: readonly ProvisionedToken[]): Promise<void> => {
    tokens.forEach(checkCatalogues);
    const left = await database.transaction(async (tx) => {
      const now = clock.now();
      const known = await store.provisionedInForce(tx);
      const overdue = new Set(known.filter((row) => statusOf(row, now) === 'expired').map(({ id }) => id));
      // For good, whatever the configuration says of them now. Where none is, a start on a full disk has nothing to write.
      if (overdue.size > 0) await store.setExpired(tx, [...overdue], now);
      const found: (readonly [ProvisionedToken, Unusable])[] = [];
      for (const token of tokens) {
        const why = await adopt(tx, token, now);
        if (why) found.push([token, why]);
      }
      const listed = new Set(tokens.map(({ hash }) => hash));
      for (const row of known) {
        if (!listed.has(row.hash) && !overdue.has(row.id)) await end(tx, row);
      }
      return found;
    });
    for (const [{ key, name }, why] of left) logger.warn({ key, name }, unusable[why]);
  };
}

/** @param since when the token came, in milliseconds since the Unix epoch */
function checkLifetime({ expiryKey, expiresAt }: ProvisionedToken, since: number, maxDays: number | undefined): void {
  try {
    withinPolicy(expiresAt, since, maxDays);
  } catch (error) {
    throw error instanceof Refusal ? new ConfigError(`${expiryKey}: ${error.message}`) : error;
  }
}

/** What of a row the configuration decides on. */
function fieldsOf({ name, expiresAt, catalogues }: ProvisionedToken) {
  return { name, expires_at: expiresAt, catalogues: storedCatalogues(catalogues) };
}

function shown(row: ScrapeTokenRow) {
  return { expiresAt: iso(row.expires_at), catalogues: cataloguesOf(row) };
}

function named(row: ScrapeTokenRow): Record<string, unknown> {
  return { name: row.name, ...shown(row) };
}

/** What two have differently, of the one and of the other. */
function differences(one: Record<string, unknown>, other: Record<string, unknown>) {
  const keys = Object.keys(one).filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
  const of = (all: typeof one) => Object.fromEntries(keys.map((key) => [key, all[key]]));
  return [of(one), of(other)] as const;
}
