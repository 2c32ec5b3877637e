import { Server as HttpsServer } from 'node:https';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { systemClock } from './lib/clock.ts';
import { ConfigError } from './config/error.ts';
import type { Config } from './config/config.ts';
import { lockForServer } from './database/server-lock.ts';
import { keepNewFilesPrivate } from './lib/new-files.ts';
import { openServices, type Services } from './services.ts';
import { createLogger, silentLogger, type Logger } from './lib/logger.ts';
import { startBackground, type Background } from './background.ts';
import { startPush, type RunningPush } from './push/pusher.ts';
import { readRelease } from './lib/release.ts';
import { shutDown, type ShutdownStep } from './lib/shutdown.ts';
import { recordScrapeAuth, scrapeAuthWarnings } from './auth/scrape-auth.ts';
import { readTls, watchTls, type TlsFiles } from './http/tls.ts';
import { provisionedTokens, TOKEN_FILE } from './tokens/provisioning/settings.ts';

/** How long requests that are under way may take to end when the server closes, in milliseconds. */
const DRAIN_MS = 4_000;

/** What runs so far. */
interface Running {
  readonly services: Services;
  background?: Background;
  app?: FastifyInstance;
  push?: RunningPush;
  isReady?: true;
}

/**
 * Runs the backend until it is told to stop (SIGTERM, SIGINT), then closes gracefully.
 * @throws ConfigError where a setting, the database, a key or the port cannot be used.
 */
export async function serve(config: Config): Promise<void> {
  keepNewFilesPrivate();
  const logger = createLogger();
  const signals = receiveOtherSignals(logger);
  const lock = lockForServer(config.database.url, systemClock.now());
  try {
    await serveLocked(config, logger, signals);
  } finally {
    lock.release();
  }
  logger.info('vitals has stopped');
}

async function serveLocked(config: Config, logger: FastifyBaseLogger, signals: OtherSignals): Promise<void> {
  const clock = systemClock;
  const release = readRelease();
  const files = config.server.tls;
  const tls = files && readTls(files);
  const services = await openServices(config, clock, logger);
  const running: Running = { services };
  try {
    await adoptSettings(config, services, logger);
    const background = (running.background = await startBackground({ config, services, clock, logger }));
    const { ingest } = background;
    const app = (running.app = await buildApp({
      config,
      services,
      ingest,
      clock,
      release,
      logger,
      ...(tls && { tls }),
    }));
    await listen(app, config);
    running.push = startPush({
      database: services.database,
      encryption: services.encryption,
      settings: services.push,
      state: services.metrics.push,
      exposition: app.exposition,
      clock,
      logger,
    });
    if (files) signals.onHangUp = watchCertificate(app, files, logger);
    warnOfTrust(config, logger);
    const stopSignal = receiveStopSignal();
    logger.info({ ...release, prometheus: config.prometheus.enabled }, 'vitals is ready');
    background.watchAuditLog();
    running.isReady = true;
    await stopSignal;
  } finally {
    await shutDown(shutdownSteps(running), running.isReady ? logger : withoutInfo(logger));
  }
}

/** Whoever fails to start says why, and nothing else. */
function withoutInfo(logger: FastifyBaseLogger): Logger {
  return { ...silentLogger, warn: logger.warn.bind(logger), error: logger.error.bind(logger) };
}

/** Each limit is above what the step's own parts allow themselves. */
function shutdownSteps({ services, background, app, push }: Running): ShutdownStep[] {
  let closed: Promise<unknown> | undefined;
  return [
    { name: 'stop accepting', limitMs: 1_000, run: async () => void (closed = app?.close()) },
    { name: 'drain requests', limitMs: 20_000, run: async () => app && drain(app, closed) },
    { name: 'stop background', limitMs: 10_000, run: () => Promise.all([push?.close(), background?.stop()]) },
    { name: 'flush', limitMs: 20_000, run: () => Promise.all([background?.flush(), services.flush()]) },
    { name: 'close database', limitMs: 5_000, run: () => services.database.close() },
  ];
}

/** Lets requests that are under way come to their end, for a while. */
async function drain(app: FastifyInstance, closed: Promise<unknown> | undefined): Promise<void> {
  const deadline = setTimeout(() => {
    app.server.closeAllConnections();
  }, DRAIN_MS);
  await closed;
  clearTimeout(deadline);
}

/** @returns what reads the files at once */
function watchCertificate(app: FastifyInstance, files: TlsFiles, logger: FastifyBaseLogger): () => void {
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
  return watch.look;
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
    // Of several addresses of a name, Fastify would give each but the first a server that has none of our limits.
    await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port });
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

function receiveStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}

interface OtherSignals {
  /** What a hang-up is for; nothing so far. */
  onHangUp?: () => void;
}

/** Signals that daemons are sent to read something again. Without a listener each would end the process, or open a debugger. */
function receiveOtherSignals(logger: FastifyBaseLogger): OtherSignals {
  const signals: OtherSignals = {};
  for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && signals.onHangUp) signals.onHangUp();
      else logger.info({ signal }, 'signal ignored: there is nothing to read again. Settings need a restart.');
    });
  }
  return signals;
}
