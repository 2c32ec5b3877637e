/** A process that runs retention as the server does, again and again until it is killed: `node pruner.js CONFIG`. */
import { systemClock } from '../../backend/lib/clock.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { openServices } from '../../backend/services.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { createRetention } from '../../backend/retention/retention.ts';

const config = loadConfig(process.argv[2]);
const services = await openServices(config, systemClock, silentLogger);
const { database, pruneAudit } = services;
const retention = createRetention({
  settings: config.retention,
  database,
  pruneAudit,
  clock: systemClock,
  logger: silentLogger,
});
const alive = setInterval(() => undefined, 1000);
console.log('retention begins');
await retention.runNow();
clearInterval(alive);
await services.close();
