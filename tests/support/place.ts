/** A place for a real server: a folder of its own, a free port, a configuration, and the command line that works on it. */
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { AuditEvent, AuditList, CreatedToken, CredentialList, Token, TokenList } from '../../contract/api.ts';
import type { Role } from '../../contract/roles.ts';
import { runVitals, type CliResult } from './command-line.ts';
import { temporaryFolder } from './folder.ts';
import { freePort, writeConfig, type Settings } from './server.ts';
import type { TlsFilePair } from './tls.ts';

export interface Place {
  readonly folder: string;
  readonly config: string;
  readonly port: number;
  readonly origin: string;
  /** The certificate that the server shows, where it speaks https. */
  readonly ca: Buffer | undefined;
  /** The database file. */
  readonly database: string;
  /** Runs a command with this configuration and `--json`. @throws what it has to say where it does not succeed. */
  cli<Result>(...args: string[]): Promise<Result>;
  mint(name: string, expiresAt?: string): Promise<CreatedToken>;
  jwt(role: Role): Promise<string>;
  tokens(): Promise<Token[]>;
  credentials(): Promise<CredentialList['items']>;
  /** Every audit event, oldest first. */
  story(): Promise<AuditEvent[]>;
  /** Runs `vitals audit verify`. */
  verify(): Promise<CliResult>;
  /** Changes the database behind the backend's back. */
  sql(statement: string, ...params: unknown[]): void;
}

export interface PlaceOptions {
  readonly settings?: Settings;
  readonly tls?: TlsFilePair;
  readonly prometheus?: boolean;
  /** An empty one of its own unless given. */
  readonly folder?: string;
}

export async function makePlace({
  settings = {},
  tls,
  prometheus = true,
  folder = temporaryFolder(),
}: PlaceOptions = {}): Promise<Place> {
  const port = await freePort();
  const { server, ...others } = settings;
  const config = writeConfig(folder, {
    server: { port, ...(tls && { tls: { cert_file: tls.cert, key_file: tls.key } }), ...server },
    prometheus: { enabled: prometheus },
    ...others,
  });
  const database = `${folder}/vitals.db`;

  async function cli<Result>(...args: string[]): Promise<Result> {
    const { code, stdout, stderr } = await runVitals(...args, '--config', config, '--json');
    if (code !== 0) throw new Error(`vitals ${args.slice(0, 2).join(' ')}: ${String(code)}: ${stderr}`);
    return JSON.parse(stdout) as Result;
  }

  async function pages<Item>(...args: string[]): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const from = cursor === undefined ? [] : ['--cursor', cursor];
      const list: { items: Item[]; nextCursor: string | null } = await cli(...args, '--limit', '200', ...from);
      items.push(...list.items);
      cursor = list.nextCursor;
    }
    return items;
  }

  return {
    folder,
    config,
    port,
    database,
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    ca: tls && readFileSync(tls.cert),
    cli,
    mint: (name, expiresAt) =>
      cli('token', 'create', '--name', name, ...(expiresAt === undefined ? [] : ['--expires', expiresAt])),
    async jwt(role) {
      const issued = await cli<{ jwt: string }>('credential', 'issue', '--role', role, '--name', role, '--ttl', '1h');
      return issued.jwt;
    },
    tokens: () => pages<TokenList['items'][number]>('token', 'list'),
    credentials: () => pages<CredentialList['items'][number]>('credential', 'list'),
    story: async () => (await pages<AuditList['items'][number]>('audit', 'list')).reverse(),
    verify: () => runVitals('audit', 'verify', '--config', config),
    sql(statement, ...params) {
      const connection = new Database(database);
      try {
        connection.prepare(statement).run(...params);
      } finally {
        connection.close();
      }
    },
  };
}
