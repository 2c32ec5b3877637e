import type { FastifyInstance, onSendHookHandler, RouteOptions } from 'fastify';
import { buildApp, type AppOptions } from '../../backend/app.ts';
import { refusalsOf } from '../../backend/http/openapi.ts';
import type { Actor } from '../../backend/audit/log.ts';
import { checkConfig, type Config } from '../../backend/config/config.ts';
import { openServices, type Services } from '../../backend/services.ts';
import type { IngestPipeline } from '../../backend/ingest/pipeline.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { refusals } from '../../contract/refusals.ts';
import type { Role } from '../../contract/roles.ts';
import { fakeClock, type FakeClock } from './clock.ts';
import { temporaryFolder } from './folder.ts';
import { sharedByFile, whenOver } from './over.ts';

export const actor: Actor = { name: 'tester', via: 'cli', ip: null };

/** For an application whose ingest routes are to be there, and are not asked. */
export const unaskedIngest: IngestPipeline = {
  accept: () => Promise.reject(new Error('not asked')),
  spool: { usedBytes: 0, maxBytes: 1, waitingRows: 0 },
  quarantinedRows: 0,
  auditShippedUpTo: () => Promise.resolve(0),
  stopInserting: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

export interface TestApp {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly clock: FakeClock;
  readonly config: Config;
  readonly folder: string;
  readonly routes: readonly RouteOptions[];
  /** Every line that was logged, as text. */
  readonly logged: () => string;
  /** A JWT with this role. */
  jwt(role: Role): Promise<string>;
  /** A scrape token. */
  mint(name?: string, expiresAt?: string, catalogues?: readonly string[]): Promise<{ id: string; secret: string }>;
}

export interface TestAppOptions {
  readonly settings?: Record<string, unknown>;
  readonly clock?: FakeClock;
  readonly folder?: string;
  /** What runs beside the answering of requests; nothing, unless given. */
  readonly ingest?: IngestPipeline;
  readonly wire?: AppOptions['wire'];
  readonly tls?: AppOptions['tls'];
}

/** The whole application over a real SQLite file, with the scrape endpoint on unless the settings say otherwise. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const t = await build({ ...options, folder: options.folder ?? temporaryFolder() });
  whenOver(() => close(t));
  return t;
}

/** One application for all tests of a file, where none of them changes what another looks at. */
export function sharedApp(options: Omit<TestAppOptions, 'folder'> = {}): () => TestApp {
  return sharedByFile(() => testApp(options));
}

async function close({ app, services }: TestApp): Promise<void> {
  await app.close();
  await services.close();
}

async function build(options: TestAppOptions & { folder: string }): Promise<TestApp> {
  const { folder } = options;
  const clock = options.clock ?? fakeClock();
  const config = checkConfig({ prometheus: { enabled: true }, ...options.settings }, folder);
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  const services = await openServices(config, clock, logger);
  const routes: RouteOptions[] = [];
  const release = { version: '1.2.3', commit: 'abc1234' };
  const app = await buildApp({
    config,
    services,
    ingest: options.ingest,
    clock,
    release,
    logger,
    wire: options.wire,
    ...(options.tls && { tls: options.tls }),
    onRoute: (route) => {
      routes.push(route);
      answerOnlyWhatIsDescribed(route);
    },
  });
  return {
    app,
    services,
    clock,
    config,
    folder,
    routes,
    logged: () => lines.join(''),
    async jwt(role) {
      const { jwt } = await services.credentials.issue(
        { role, name: `${role} credential`, ttlSeconds: 3600, ...reportedBy(role) },
        actor,
      );
      return jwt;
    },
    async mint(name = 'Prometheus', expiresAt, catalogues) {
      const { token, secret } = await services.tokens.create({ name, expiresAt, catalogues }, actor);
      return { id: token.id, secret };
    },
  };
}

/** A status that the interface's description does not name for its route becomes a 500, which no test expects. */
function answerOnlyWhatIsDescribed(route: RouteOptions): void {
  const good = Object.keys(route.schema?.response ?? {}).map(Number);
  const described = [...good, ...refusalsOf(route).map((code) => refusals[code].status)];
  const check: onSendHookHandler = (_request, { statusCode }, payload, done) => {
    if (described.includes(statusCode)) done(null, payload);
    else done(new Error(`${route.url} answers ${statusCode}, which is not described`));
  };
  route.onSend = [...[route.onSend ?? []].flat(), check];
}

/** Reporters are bound to a catalogue: the one of the documentation. */
export function reportedBy(role: Role): { catalogue?: string } {
  return role === 'reporter' ? { catalogue: 'greenhouse' } : {};
}

export function bearer(credential: string): { authorization: string } {
  return { authorization: `Bearer ${credential}` };
}

let addresses = 0;

/** Another address each time: one that fails to authenticate so often would be told to wait. */
export function nextAddress(): string {
  addresses += 1;
  return `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
}
