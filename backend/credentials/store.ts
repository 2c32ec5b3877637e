import type { Kysely } from 'kysely';
import type { ListCredentialsQuery } from '../../contract/api.ts';
import type { Role } from '../../contract/roles.ts';
import type { Database, PreparedRead, Tx } from '../database/database.ts';
import type { CredentialRow, Schema } from '../database/schema.ts';
import type { Use } from '../database/write-behind.ts';
import { decodeCursor, page, type Page } from '../lib/pagination.ts';

/** The lookup of every API call, by the JWT's `jti`. */
export function credentialsById(database: Database): PreparedRead<CredentialRow> {
  return database.prepare(database.read.selectFrom('credentials').selectAll().where('id', '=', ''));
}

export async function findCredential(db: Kysely<Schema>, id: string): Promise<CredentialRow | undefined> {
  return db.selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A credential by its role and name that is neither revoked nor expired. */
export async function findUsable(
  db: Kysely<Schema>,
  role: Role,
  name: string,
  now: number,
): Promise<CredentialRow | undefined> {
  return db
    .selectFrom('credentials')
    .selectAll()
    .where('role', '=', role)
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .limit(1)
    .executeTakeFirst();
}

export async function insertCredential(tx: Tx, row: CredentialRow): Promise<void> {
  await tx.insertInto('credentials').values(row).execute();
}

export async function setRevoked(tx: Tx, id: string, at: number, by: string): Promise<void> {
  await tx.updateTable('credentials').set({ revoked_at: at, revoked_by: by }).where('id', '=', id).execute();
}

/** An older use than the one that is known changes nothing, unless that one lies in the future: then the clock was wrong. */
export async function setLastUse(tx: Tx, id: string, { at, ip }: Use, now: number): Promise<void> {
  await tx
    .updateTable('credentials')
    .set({ last_used_at: at, last_ip: ip })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', at), eb('last_used_at', '>', now)]))
    .execute();
}

/** Newest first. */
export async function listCredentials(
  db: Kysely<Schema>,
  { status, role, limit, cursor }: ListCredentialsQuery,
  now: number,
): Promise<Page<CredentialRow>> {
  const listing = 'credentials -createdAt';
  const after = decodeCursor(cursor, listing, 'number');
  const rows = await db
    .selectFrom('credentials')
    .selectAll()
    .$if(role !== undefined, (q) => q.where('role', '=', role ?? 'viewer'))
    .$if(status === 'revoked', (q) => q.where('revoked_at', 'is not', null))
    .$if(status === 'active', (q) => q.where('revoked_at', 'is', null).where('expires_at', '>', now))
    .$if(status === 'expired', (q) => q.where('revoked_at', 'is', null).where('expires_at', '<=', now))
    .$if(after !== undefined, (q) =>
      q.where((eb) =>
        eb.and([
          eb('created_at', '<=', after?.key ?? 0),
          eb.or([eb('created_at', '<', after?.key ?? 0), eb('id', '<', after?.id ?? '')]),
        ]),
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return page(rows, limit, (last) => ({ listing, key: last.created_at, id: last.id }));
}
