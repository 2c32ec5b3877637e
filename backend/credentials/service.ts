import type { Kysely } from 'kysely';
import type { Credential, CredentialList, ListCredentialsQuery, TokenStatus } from '../../contract/api.ts';
import { CATALOGUE_ID } from '../../contract/catalogue-api.ts';
import { DEFAULT_PERSON_TTL_SECONDS, rolesWithDefaultTtl, type Role } from '../../contract/roles.ts';
import type { Actor, AuditLog } from '../audit/log.ts';
import type { ApiCredentials } from '../auth/guard.ts';
import type { JwtIssuer } from '../auth/jwt.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database, Tx } from '../database/database.ts';
import type { CredentialRow, Schema } from '../database/schema.ts';
import { invalidField, nameField } from '../http/fields.ts';
import { newId } from '../lib/ids.ts';
import { recordTimes, withUse } from '../database/record-times.ts';
import type { Logger } from '../lib/logger.ts';
import { Refusal } from '../http/refusal.ts';
import { createWriteBehind, type Use } from '../database/write-behind.ts';
import { createLives } from './lives.ts';
import * as store from './store.ts';

/** Longest life of a credential, in seconds: ten years. */
const MAX_TTL_SECONDS = 10 * 366 * 24 * 3600;
const HEALTHCHECK_NAME = 'vitals healthcheck';
const healthcheck: NewCredential = {
  role: 'viewer',
  name: HEALTHCHECK_NAME,
  catalogue: null,
  ttlSeconds: MAX_TTL_SECONDS,
};

/** Credentials for the API: JWTs, each with a row by its `jti` that is looked up at every request. */
export interface CredentialService extends ApiCredentials {
  /**
   * Issues a JWT, which exists nowhere else afterwards. People get an hour unless told otherwise, services say how long,
   * and a reporter for which catalogue.
   */
  issue(
    input: { role: Role; name: string; ttlSeconds: number | undefined; catalogue?: string | undefined },
    actor: Actor,
  ): Promise<{ credential: Credential; jwt: string }>;
  list(query: ListCredentialsQuery): Promise<CredentialList>;
  /** @throws Refusal `credential_not_found`, `credential_already_revoked` */
  revoke(id: string, actor: Actor): Promise<Credential>;
  /** A one-minute viewer JWT for the local health check. All of them share one row, made when there is none. */
  healthcheckJwt(actor: Actor): Promise<string>;
  close(): Promise<void>;
}

export interface CredentialServiceOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly issuer: JwtIssuer;
  readonly clock: Clock;
  readonly logger: Logger;
}

type NewCredential = Pick<CredentialRow, 'role' | 'name' | 'catalogue'> & { readonly ttlSeconds: number };

export function createCredentialService(options: CredentialServiceOptions): CredentialService {
  const { database, audit, issuer, clock, logger } = options;
  const byId = store.credentialsById(database);
  const lives = createLives(clock);
  const uses = createWriteBehind<Use>({
    database,
    logger,
    what: 'last uses of credentials',
    save: async (tx, batch) => {
      for (const [id, use] of batch) await store.setLastUse(tx, id, use, clock.now());
    },
  });

  async function insert(tx: Tx, input: NewCredential, actor: Actor): Promise<CredentialRow> {
    const { role, name, catalogue, ttlSeconds } = input;
    const now = clock.now();
    const row: CredentialRow = {
      id: newId('crd'),
      name,
      role,
      catalogue,
      created_at: now,
      created_by: actor.name ?? 'unknown',
      expires_at: now + ttlSeconds * 1000,
      revoked_at: null,
      revoked_by: null,
      last_used_at: null,
      last_ip: null,
    };
    await store.insertCredential(tx, row);
    const details = { name, role, ...(catalogue !== null && { catalogue }), expiresAt: iso(row.expires_at) };
    await audit.record(tx, { event: 'credential.issued', actor, target: row.id, details });
    return row;
  }

  function currentStatus(row: CredentialRow): TokenStatus {
    const status = statusOf(row, clock.now());
    return status === 'active' && lives.isOver(row) ? 'expired' : status;
  }

  function present(row: CredentialRow): Credential {
    return toCredential(withUse(row, uses.pending(row.id)), currentStatus(row));
  }

  return {
    async issue({ role, name, ttlSeconds, catalogue }, actor) {
      const checked = {
        role,
        name: nameField(name),
        catalogue: reported(role, catalogue),
        ttlSeconds: ttl(role, ttlSeconds),
      };
      const row = await database.transaction((tx) => insert(tx, checked, actor));
      lives.seen(row);
      const jwt = await issuer.sign({ id: row.id, name: row.name, role, expiresAt: row.expires_at });
      return { credential: present(row), jwt };
    },

    async list(query) {
      const { rows, nextCursor } = await store.listCredentials(database.read, query, clock.now());
      return { items: rows.map(present), nextCursor };
    },

    revoke: async (id, actor) => {
      const row = await database.revoking(async (tx) => {
        const found = await store.findCredential(tx, id);
        if (!found) throw new Refusal('credential_not_found');
        if (found.revoked_at !== null) throw new Refusal('credential_already_revoked');
        const revoked = { revoked_at: clock.now(), revoked_by: actor.name ?? 'unknown' };
        await store.setRevoked(tx, id, revoked.revoked_at, revoked.revoked_by);
        const details = { name: found.name, role: found.role };
        await audit.record(tx, { event: 'credential.revoked', actor, target: id, details });
        return { ...found, ...revoked };
      });
      return present(row);
    },

    async authenticate(jwt) {
      const id = await issuer.verify(jwt);
      if (id === undefined) return undefined;
      const [row] = await byId(id);
      if (!row || currentStatus(row) !== 'active') return undefined;
      lives.seen(row);
      return row;
    },

    recordUse: (id, ip) => {
      uses.note(id, { at: clock.now(), ip });
    },

    async healthcheckJwt(actor) {
      const find = (db: Kysely<Schema>) => store.findUsable(db, 'viewer', HEALTHCHECK_NAME, clock.now());
      const row =
        (await find(database.read)) ??
        // Asked again under the write lock: another health check may have been first.
        (await database.transaction(async (tx) => (await find(tx)) ?? (await insert(tx, healthcheck, actor))));
      return issuer.sign({ id: row.id, name: row.name, role: row.role, expiresAt: clock.now() + 60_000 });
    },

    close: () => uses.close(),
  };
}

function ttl(role: Role, asked: number | undefined): number {
  if (asked === undefined) {
    if (rolesWithDefaultTtl.includes(role)) return DEFAULT_PERSON_TTL_SECONDS;
    throw invalidField('ttl', `Say how long a ${role} credential lives, for instance 365d.`);
  }
  if (!(asked >= 1 && asked <= MAX_TTL_SECONDS)) throw invalidField('ttl', 'Choose between one second and ten years.');
  return asked;
}

/** The catalogue that a credential is bound to. Whether it is configured is seen when something is reported. */
function reported(role: Role, catalogue: string | undefined): string | null {
  if (role !== 'reporter') {
    if (catalogue === undefined) return null;
    throw invalidField('catalogue', `Only a reporter has a catalogue, not a ${role}.`);
  }
  if (catalogue !== undefined && new RegExp(CATALOGUE_ID).test(catalogue)) return catalogue;
  throw invalidField('catalogue', 'Say which catalogue it reports for, by its id.');
}

function statusOf(row: CredentialRow, now: number): TokenStatus {
  if (row.revoked_at !== null) return 'revoked';
  return row.expires_at <= now ? 'expired' : 'active';
}

function toCredential(row: CredentialRow, status: TokenStatus): Credential {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    catalogue: row.catalogue,
    ...recordTimes(row),
    expiresAt: iso(row.expires_at),
    status,
  };
}
