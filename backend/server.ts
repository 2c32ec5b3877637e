import { Server as HttpsServer } from 'node:https';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { systemClock } from './lib/clock.ts';
import { ConfigError } from './config/error.ts';
import type { Config } from './config/config.ts';
import { openServices, type Services } from './services.ts';
import { createLogger } from './lib/logger.ts';
import { startProducers } from './background.ts';
import { startPush } from './push/pusher.ts';
import { readRelease } from './lib/release.ts';
import { recordScrapeAuth, scrapeAuthWarnings } from './auth/scrape-auth.ts';
import { readTls, watchTls, type TlsFiles } from './http/tls.ts';
import { provisionedTokens, TOKEN_FILE } from './tokens/provisioning/settings.ts';

/** How long requests that are under way may take to end when the server closes, in milliseconds. */
const CLOSE_DEADLINE_MS = 4_000;
const DAY_MS = 24 * 3600 * 1000;

/**
 * Runs the backend until it is told to stop (SIGTERM, SIGINT), then closes gracefully.
 * @throws ConfigError where a setting, the database, a key or the port cannot be used.
 */
export async function serve(config: Config): Promise<void> {
  const logger = createLogger();
  const files = config.server.tls;
  const tls = files && readTls(files);
  const services = await openServices(config, systemClock, logger);
  const closing = [() => services.close()];
  try {
    await adoptSettings(config, services, logger);
    const producers = await startProducers({ config, services, clock: systemClock, logger });
    closing.unshift(() => producers.close());
    const release = readRelease();
    const app = await buildApp({
      config,
      services,
      ingest: producers.ingest,
      clock: systemClock,
      release,
      logger,
      ...(tls && { tls }),
    });
    const together = [() => closeApp(app), () => producers.windDown()];
    closing.unshift(async () => {
      await Promise.all(together.map((close) => close()));
    });
    await listen(app, config);
    const push = startPush({
      database: services.database,
      sealing: services.sealing,
      settings: services.push,
      state: services.metrics.push,
      exposition: app.exposition,
      clock: systemClock,
      logger,
    });
    together.push(() => push.close());
    if (files) watchCertificate(app, files, logger);
    warnOfTrust(config, logger);
    const toldToStop = untilToldToStop();
    logger.info({ ...release, prometheus: config.prometheus.enabled }, 'vitals is ready');
    logHeadDaily(app, services, logger);
    services.auditVerifier.start();
    await toldToStop;
  } finally {
    for (const close of closing) await close();
  }
  logger.info('vitals has stopped');
}

/** Lets requests that are under way come to their end, for a while. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const deadline = setTimeout(() => {
    app.server.closeAllConnections();
  }, CLOSE_DEADLINE_MS);
  await app.close();
  clearTimeout(deadline);
}

function watchCertificate(app: FastifyInstance, files: TlsFiles, logger: FastifyBaseLogger): void {
  const watch = watchTls(
    files,
    (pair) => {
      const server: unknown = app.server;
      if (server instanceof HttpsServer) server.setSecureContext(pair);
    },
    logger,
  );
  app.server.on('close', () => {
    watch.close();
  });
}

/** What the database keeps of the configuration: provisioned tokens, and how a scrape may authenticate. */
async function adoptSettings({ prometheus }: Config, services: Services, logger: FastifyBaseLogger): Promise<void> {
  const { auth, provisioned_tokens } = prometheus;
  await services.tokens.provision(provisionedTokens(provisioned_tokens, process.env[TOKEN_FILE], logger));
  await recordScrapeAuth(services, auth);
}

function warnOfTrust({ auth: { grafana }, prometheus }: Config, logger: FastifyBaseLogger): void {
  for (const sentence of scrapeAuthWarnings(prometheus.auth)) logger.warn(sentence);
  if (!grafana?.trust_context) return;
  logger.warn(
    'auth.grafana.trust_context is on: whoever reaches this port with the service credential can claim to be anybody',
  );
}

async function listen(app: FastifyInstance, { server: { host, port } }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new ConfigError(listenProblem((error as NodeJS.ErrnoException).code, host, port));
  }
}

function listenProblem(code: string | undefined, host: string, port: number): string {
  if (code === 'EADDRINUSE') {
    return `server.port: ${port} on ${host} is in use. Stop what uses it, or choose another port.`;
  }
  if (code === 'EACCES') return `server.port: this user may not listen on port ${port}. Choose one above 1023.`;
  return `server.host: ${host} is no address of this machine (${code ?? 'unknown'}).`;
}

/** The audit log's head in the service's own log: whoever keeps logs elsewhere can tell later that rows were cut off. */
function logHeadDaily(app: FastifyInstance, services: Services, logger: FastifyBaseLogger): void {
  const log = () => {
    services.audit.head().then(
      (head) => {
        logger.info({ head }, 'head of the audit log');
      },
      (error: unknown) => {
        logger.error({ err: error }, 'the head of the audit log could not be read');
      },
    );
  };
  log();
  const timer = setInterval(log, DAY_MS).unref();
  app.server.on('close', () => {
    clearInterval(timer);
  });
}

function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}
