import { Server as HttpsServer } from 'node:https';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { systemClock } from './clock.ts';
import { ConfigError } from './config-error.ts';
import type { Config } from './config.ts';
import { openCore, type Core } from './core.ts';
import { createLogger } from './logger.ts';
import { readRelease } from './release.ts';
import { readTls, watchTls, type TlsPair } from './tls.ts';

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
  const core = await openCore(config, systemClock, logger);
  const release = readRelease();
  const app = await buildApp({ config, core, clock: systemClock, release, logger, ...(tls && { tls }) });
  const watch =
    files &&
    watchTls(
      files,
      (pair) => {
        useCertificate(app, pair);
      },
      logger,
    );
  try {
    await listen(app, config);
  } catch (error) {
    await app.close();
    await core.close();
    watch?.close();
    throw error;
  }
  const { trust_context } = config.auth.grafana ?? {};
  if (trust_context) {
    logger.warn(
      'auth.grafana.trust_context is on: whoever reaches this port with the service credential can claim to be anybody',
    );
  }
  logger.info({ ...release, prometheus: config.prometheus.enabled }, 'vitals is ready');
  const headTimer = logHeadDaily(core, logger);

  await untilToldToStop();
  clearInterval(headTimer);
  watch?.close();
  const deadline = setTimeout(() => {
    app.server.closeAllConnections();
  }, CLOSE_DEADLINE_MS);
  await app.close();
  clearTimeout(deadline);
  await core.close();
  logger.info('vitals has stopped');
}

async function listen(app: FastifyInstance, { server: { host, port } }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new ConfigError(listenProblem((error as NodeJS.ErrnoException).code, host, port));
  }
}

function useCertificate(app: FastifyInstance, pair: TlsPair): void {
  const server: unknown = app.server;
  if (server instanceof HttpsServer) server.setSecureContext(pair);
}

function listenProblem(code: string | undefined, host: string, port: number): string {
  if (code === 'EADDRINUSE') {
    return `server.port: ${port} on ${host} is in use. Stop what uses it, or choose another port.`;
  }
  if (code === 'EACCES') return `server.port: this user may not listen on port ${port}. Choose one above 1023.`;
  return `server.host: ${host} is no address of this machine (${code ?? 'unknown'}).`;
}

/** The audit log's head in the service's own log: whoever keeps logs elsewhere can tell later that rows were cut off. */
function logHeadDaily(core: Core, logger: FastifyBaseLogger): NodeJS.Timeout {
  const log = () => {
    core.audit.head().then(
      (head) => {
        logger.info({ head }, 'head of the audit log');
      },
      (error: unknown) => {
        logger.error({ err: error }, 'the head of the audit log could not be read');
      },
    );
  };
  log();
  return setInterval(log, DAY_MS).unref();
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
