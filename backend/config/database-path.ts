import { existsSync, realpathSync } from 'node:fs';

/**
 * The database's file. Where a link leads to it, that is where it leads: SQLite keeps what lies beside a database there.
 * @param url `sqlite:` and an absolute path
 */
export function databasePath(url: string): string {
  const path = url.slice('sqlite:'.length);
  return existsSync(path) ? realpathSync(path) : path;
}
