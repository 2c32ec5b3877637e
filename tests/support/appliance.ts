/** A built backend that runs with its own database, as journeys drive it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../contract/roles.ts';
import { runVitals } from './command-line.ts';
import { ask, type Answer } from './http.ts';
import { freePort, startServer, writeConfig, type RunningServer, type Settings } from './server.ts';

export interface Appliance {
  /** `host:port`, which is what Prometheus calls it. */
  readonly instance: string;
  /** Holds the scrape token that Prometheus uses. */
  readonly tokenFile: string;
  /** Has everything beside it that the backend keeps. */
  readonly config: string;
  /** Credentials of the API. */
  readonly jwts: Readonly<Record<'admin' | 'collector', string>>;
  /** The server that runs; another one after a restart. */
  readonly server: RunningServer;
  /** Asks the API with a credential of this role. Without a role: without any credential. */
  api<Body = ApiBody>(
    role: 'admin' | 'collector' | undefined,
    path: string,
    body?: unknown,
    method?: string,
  ): Promise<ApiAnswer<Body>>;
  /** Rows for a stream, as a collector sends them. */
  ingest(stream: string, rows: readonly object[]): Promise<number>;
  /** With a scrape token, or with whatever these headers say. */
  scrape(by: string | Record<string, string>): Promise<Answer>;
  /** An alarm that fires at the next tick where there is at least one scrape token of this status. */
  watchTokens(status: 'active' | 'revoked', severity: 'critical' | 'info'): Promise<void>;
  restart(): Promise<void>;
  /** Pulls the plug. */
  kill(): Promise<void>;
}

export interface ApiAnswer<Body = ApiBody> {
  readonly status: number;
  readonly body: Body;
}

/** What most tests read of any answer. */
export interface ApiBody {
  readonly secret?: string;
  readonly token?: { readonly id: string };
  readonly items?: readonly { readonly id: string }[];
}

export interface ApplianceOptions {
  readonly settings: Settings;
  /** When the token that Prometheus uses expires; never where it is absent. */
  readonly tokenExpires?: Date;
}

export async function startAppliance(folder: string, { settings, tokenExpires }: ApplianceOptions): Promise<Appliance> {
  mkdirSync(folder);
  const port = await freePort();
  const { server: own, ...others } = settings;
  const config = writeConfig(folder, { server: { port, ...own }, prometheus: { enabled: true }, ...others });
  const jwts = { admin: await credential(config, 'admin'), collector: await credential(config, 'collector') };
  let server = await startServer(config);

  const origin = `http://127.0.0.1:${port}`;
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const api = async <Body = ApiBody>(
    role: keyof typeof jwts | undefined,
    path: string,
    body?: unknown,
    method?: string,
  ): Promise<ApiAnswer<Body>> => {
    const headers = role ? bearer(jwts[role]) : {};
    const { status, text } = await ask(`${origin}${path}`, { headers, body, ...(method && { method }) });
    return { status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  };
  const minted = await api('admin', '/api/tokens', {
    name: 'Prometheus',
    ...(tokenExpires && { expiresAt: tokenExpires.toISOString() }),
  });
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, minted.body.secret ?? '');
  return {
    instance: `127.0.0.1:${port}`,
    tokenFile,
    config,
    jwts,
    get server() {
      return server;
    },
    api,
    async ingest(stream, rows) {
      const response = await fetch(`${origin}/api/ingest/${stream}`, {
        method: 'POST',
        headers: { ...bearer(jwts.collector), 'content-type': 'application/x-ndjson' },
        body: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      });
      await response.body?.cancel();
      return response.status;
    },
    scrape: (by) => ask(`${origin}/api/metrics/prometheus`, { headers: typeof by === 'string' ? bearer(by) : by }),
    async watchTokens(status, severity) {
      const condition = { kind: 'metric', metric: 'scrapeTokens', labels: { status }, compare: '>', threshold: 0 };
      const rule = { name: `There is a token that is ${status}`, severity, channels: ['bell', 'vector'], condition };
      const answer = await api('admin', '/api/alarm-rules', rule);
      if (answer.status !== 201) throw new Error(JSON.stringify(answer));
    },
    async restart() {
      await server.kill('SIGTERM');
      server = await startServer(config);
    },
    async kill() {
      await server.kill('SIGKILL');
    },
  };
}

async function credential(config: string, role: Role): Promise<string> {
  const issue = ['credential', 'issue', '--role', role, '--name', `${role} of this test`, '--ttl', '1h'];
  const { code, stdout, stderr } = await runVitals(...issue, '--json', '--config', config);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { jwt: string }).jwt;
}
