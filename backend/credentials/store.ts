import type { Kysely } from 'kysely';
import type { Role } from '../../contract/roles.ts';
import type { Database, PreparedRead, Tx } from '../database/database.ts';
import type { CredentialRow, Schema } from '../database/schema.ts';
import { decodeCursor, page, type Page } from '../keyset.ts';

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

export async function setLastUse(tx: Tx, id: string, at: number, ip: string): Promise<void> {
  await tx
    .updateTable('credentials')
    .set({ last_used_at: at, last_ip: ip })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<=', at)]))
    .execute();
}

/** Newest first. */
export async function listCredentials(
  db: Kysely<Schema>,
  query: { limit: number; cursor?: string },
): Promise<Page<CredentialRow>> {
  const listing = 'credentials -createdAt';
  const after = decodeCursor(query.cursor, listing, 'number');
  const rows = await db
    .selectFrom('credentials')
    .selectAll()
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
    .limit(query.limit + 1)
    .execute();
  return page(rows, query.limit, (last) => ({ listing, key: last.created_at, id: last.id }));
}
