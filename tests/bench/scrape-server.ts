/** A process with the whole application and one route more, whose answer is constant and has the bytes of a scrape. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../../backend/app.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { openServices } from '../../backend/services.ts';
import { createLogger } from '../../backend/lib/logger.ts';

export const SCRAPE_PATH = '/api/metrics/prometheus';
export const CONSTANT_PATH = '/constant';

export interface ScrapeServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Starts it. @param headers of the scrape whose answer the constant one repeats */
export async function startScrapeServer(config: string, headers: Record<string, string>): Promise<ScrapeServer> {
  const child = fork(fileURLToPath(import.meta.url), [config, JSON.stringify(headers)], {
    // For instance --cpu-prof, to see where the time goes.
    execArgv: process.env['VITALS_BENCH_NODE_OPTIONS']?.split(' ') ?? [],
  });
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (typeof message !== 'number') throw new Error('the server ended early');
  return { port: message, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function main(configFile: string, headers: Record<string, string>): Promise<void> {
  const config = loadConfig(configFile);
  const logger = createLogger({ write: () => undefined });
  const services = await openServices(config, systemClock, logger);
  const release = { version: '0.0.0', commit: 'bench' };
  const app = await buildApp({ config, services, clock: systemClock, release, logger });
  let type = '';
  let body = '';
  app.get(CONSTANT_PATH, (_request, reply) =>
    reply.header('content-type', type).header('cache-control', 'no-store').send(body),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  const scrape = await app.inject({ url: SCRAPE_PATH, headers });
  if (scrape.statusCode !== 200) throw new Error(`the scrape was answered ${scrape.statusCode}`);
  type = String(scrape.headers['content-type']);
  body = scrape.body;

  process.once('SIGTERM', () => {
    void app
      .close()
      .then(() => services.close())
      .then(() => process.disconnect());
  });
  const address = app.server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
}

const [, script, configFile, headers] = process.argv;
if (script === fileURLToPath(import.meta.url) && configFile !== undefined && headers !== undefined) {
  await main(configFile, JSON.parse(headers) as Record<string, string>);
}
