import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  type RouteOptions,
} from 'fastify';
import { alarmRoutes } from './alarms/routes.ts';
import { tickAgeSeconds } from './alarms/state.ts';
import { auditRoutes } from './audit/routes.ts';
import { createFailedAttempts } from './auth/failed-attempts.ts';
import { createIdentityVerifier } from './auth/grafana-identity.ts';
import { apiGuard } from './auth/guard.ts';
import { isReported } from './catalogues/configured.ts';
import type { Config } from './config/config.ts';
import { credentialRoutes } from './credentials/routes.ts';
import { createExporters } from './exporters/exporters.ts';
import { createExpositionSource } from './exporters/exposition-source.ts';
import { identifyClients } from './http/client-address.ts';
import { limitConnections, wireLimits, type WireLimits } from './http/connections.ts';
import { checkEveryRequest, withoutScrapeSlash } from './http/every-request.ts';
import { clientErrorHandler, errorHandler, handleErrors } from './http/problems.ts';
import { readJsonBodies } from './http/request-body.ts';
import { buildSerializer } from './http/serialization.ts';
import { buildValidator } from './http/validation.ts';
import type { IngestPipeline } from './ingest/pipeline.ts';
import { ingestRoutes } from './ingest/routes.ts';
import type { Clock } from './lib/clock.ts';
import { createLogLimit } from './lib/log-limit.ts';
import { nodeConstants, type Release } from './lib/release.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { platformRoutes } from './platform/routes.ts';
import { pushRoutes } from './push/routes.ts';
import { createPushService, type PushService } from './push/service.ts';
import { createTestPush } from './push/test-push.ts';
import { createReports } from './reports/reports.ts';
import type { ValidateExposition } from './reports/validate/accepted.ts';
import type { Services } from './services.ts';
import { tokenRoutes } from './tokens/routes.ts';

export interface AppOptions {
  readonly config: Config;
  readonly services: Services;
  /** Absent where no ClickHouse is configured; then there are no ingest routes. */
  readonly ingest?: IngestPipeline | undefined;
  readonly clock: Clock;
  readonly release: Release;
  readonly logger: FastifyBaseLogger;
  /** Certificate and key in PEM; with them the application speaks https. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  /** How long a connection may take; as it is promised, unless given. */
  readonly wire?: WireLimits | undefined;
  /** Called for every route as it is registered. */
  readonly onRoute?: (route: RouteOptions) => void;
}

const BODY_LIMIT_BYTES = 64 * 1024;
/** Grafana's context header alone can be longer than Node's default of 16 KiB for all headers. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Builds the application and never listens. The order of registration is the order in which a request meets things. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { config, services, ingest, clock, release } = options;
  const { database, audit, tokens, credentials, metrics, catalogues } = services;
  const constants = { ...release, ...services.constants };

  const app = Fastify(serverOptions(options));
  if (options.onRoute) app.addHook('onRoute', options.onRoute);
  limitConnections(app, config.server.max_connections);
  checkEveryRequest(app);
  identifyClients(app, config.server.trusted_proxies);
  handleErrors(app);
  app.removeContentTypeParser('text/plain'); // Fastify would read it as a body
  readJsonBodies(app);
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));

  const attempts = createFailedAttempts({ database, audit, clock, logger: app.log });
  app.addHook('onClose', () => attempts.close());
  const { reports, expositionSource } = openCatalogues(app, options);

  if (config.prometheus.enabled) {
    const { scrapePlugin } = await import('./scrape/plugin.ts');
    const { auth } = config.prometheus;
    await app.register(scrapePlugin, {
      database,
      audit,
      tokens,
      metrics,
      constants,
      clock,
      attempts,
      auth,
      expositionSource,
    });
  }

  await app.register(async (api) => {
    const logLimit = createLogLimit(app.log, clock);
    const verifyIdentity = createIdentityVerifier({ settings: config.auth.grafana, clock, logLimit });
    api.addHook('onRequest', apiGuard({ credentials, verifyIdentity, attempts, logLimit }));
    await api.register(tokenRoutes, { tokens });
    await api.register(credentialRoutes, { credentials });
    await api.register(auditRoutes, {
      audit,
      exportAudit: services.exportAudit,
      verifier: services.auditVerifier,
      clock,
    });
    if (ingest) await api.register(ingestRoutes, { accept: ingest.accept });
    await api.register(alarmRoutes, { alarms: services.alarms, rules: services.rules, preview: services.previewRule });
    if (config.prometheus.enabled) {
      const { reportRoutes } = await import('./reports/routes.ts');
      await api.register(reportRoutes, { reports, catalogues });
    }
    await api.register(notificationRoutes, { notifications: services.notifications });
    await api.register(pushRoutes, { push: openPush(app, options) });
    await api.register(platformRoutes, {
      version: release.version,
      constants: { ...constants, ...nodeConstants },
      catalogues,
      catalogueList: () => expositionSource.list(),
      prometheus: config.prometheus,
      publicUrl: config.server.public_url ?? null,
      tokens,
      maxTokenLifetimeDays: config.tokens.max_lifetime_days ?? null,
      askDatabase: () => audit.head(),
      tickAgeSeconds: () => tickAgeSeconds(metrics.alarms, clock.monotonic()) ?? null,
      tickSeconds: config.alarms.tick_seconds,
      uptimeSeconds: () => process.uptime(),
      openapi: async () => {
        const { describeInterface } = await import('./http/openapi.ts');
        return describeInterface({ routes, version: release.version, publicUrl: config.server.public_url ?? null });
      },
      spool: () => ingest?.spool ?? null,
      storageProblems: async () => {
        const problems = await services.freeSpace.look();
        return services.database.isFull() ? problems.set('database', 'full') : problems;
      },
    });
  });
  return app;
}

/** What is reported for catalogues of other systems, and what their local exporters show. */
function openCatalogues(app: FastifyInstance, { config, services, clock, release }: AppOptions) {
  const { catalogues, metrics } = services;
  const reports = createReports({ catalogues: catalogues.filter(isReported), clock, validate: validateExposition });
  const exporters = createExporters({
    catalogues: catalogues.filter((one) => !isReported(one)),
    sourceHosts: config.prometheus.source_hosts,
    version: release.version,
    clock,
    logger: app.log,
    state: metrics.exporters,
    validate: validateExposition,
  });
  app.addHook('onClose', () => exporters.close());
  return { reports, expositionSource: createExpositionSource({ catalogues, reports, exporters }) };
}

function openPush({ exposition }: FastifyInstance, { services, clock }: AppOptions): PushService {
  const { database, metrics, push: settings } = services;
  const testPush = createTestPush({ settings, database, exposition, clock });
  return createPushService({ settings, database, state: metrics.push, test: testPush });
}

/** Loaded with the first text that is to be read: where the endpoint is off, there is none. */
const validateExposition: ValidateExposition = async (body, options) =>
  (await import('./reports/validate/validate.ts')).validateExposition(body, options);

function serverOptions({ logger, tls, wire = wireLimits }: AppOptions): FastifyServerOptions {
  // Node's own answer to a request without Host would say nothing: `checkEveryRequest` refuses it instead.
  const http = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false,
    headersTimeout: wire.headersMs,
    connectionsCheckingInterval: wire.checkMs,
  };
  const options = {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: { compilersFactory: { buildSerializer, buildValidator } },
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: wire.requestMs,
    connectionTimeout: wire.quietMs,
    keepAliveTimeout: wire.idleMs,
    requestIdHeader: false as const,
    rewriteUrl: ({ url = '' }: { url?: string | undefined }) => withoutScrapeSlash(url),
    routerOptions: { maxParamLength: 128 },
    clientErrorHandler,
    frameworkErrors: errorHandler,
    ...(tls ? { https: { ...http, ...tls, handshakeTimeout: wire.headersMs } } : { http }),
  };
  return options;
}
