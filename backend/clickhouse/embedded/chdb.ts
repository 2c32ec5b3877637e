/** The little of chDB that is used. Its own typings are absent where the optional package is not installed. */
import { createRequire } from 'node:module';

export interface ChdbResult {
  readonly rowsRead: number;
  readonly bytesRead: number;
  bytes(): Uint8Array;
  text(): string;
}

export interface ChdbSession {
  query(sql: string, format: string): string;
  queryAsync(sql: string, options: { format: string }): Promise<ChdbResult>;
  insert(params: {
    table: string;
    columns?: readonly string[];
    values: Buffer;
    format: 'JSONEachRow';
    settings?: Readonly<Record<string, string>>;
  }): Promise<{ rowsWritten: number; bytesSent: number }>;
  close(): void;
}

export interface Chdb {
  Session: new (path: string, options?: { connectionArgs?: readonly string[] }) => ChdbSession;
}

/** @throws whatever the loader says where there is no library for this platform. */
export function loadChdb(): Chdb {
  return createRequire(import.meta.url)('chdb') as Chdb;
}
