/** A process with the whole application over a database that was filled before. It tells its memory when it is asked to. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../../backend/app.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { openServices } from '../../backend/services.ts';
import { createLogger } from '../../backend/lib/logger.ts';

export interface AdminServer {
  readonly port: number;
  /** Resident memory in bytes. */
  readonly memory: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export async function startAdminServer(config: string): Promise<AdminServer> {
  const child = fork(fileURLToPath(import.meta.url), [config]);
  const exited = once(child, 'exit');
  /** One at a time. */
  let heard: (message: unknown) => void = () => undefined;
  child.on('message', (message) => heard(message));
  const answer = async () => {
    const message = await Promise.race([new Promise((resolve) => (heard = resolve)), exited]);
    if (typeof message !== 'number') throw new Error('the server ended early');
    return message;
  };
  return {
    port: await answer(),
    memory: () => {
      child.send('memory');
      return answer();
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function main(configFile: string): Promise<void> {
  const config = loadConfig(configFile);
  const logger = createLogger({ write: () => undefined });
  const services = await openServices(config, systemClock, logger);
  const release = { version: '0.0.0', commit: 'bench' };
  const app = await buildApp({ config, services, clock: systemClock, release, logger });
  await app.listen({ host: '127.0.0.1', port: 0 });
  process.on('message', () => process.send?.(process.memoryUsage.rss()));
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(() => services.close())
      .then(() => process.disconnect());
  });
  const address = app.server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
}

const [, script, configFile] = process.argv;
if (script === fileURLToPath(import.meta.url) && configFile !== undefined) await main(configFile);
