/** A process that writes as the command line does, one transaction after the other: `node writer.js CONFIG COUNT`. */
import { systemClock } from '../../backend/lib/clock.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { openServices } from '../../backend/services.ts';
import { silentLogger } from '../../backend/lib/logger.ts';

const [config, count] = process.argv.slice(2);
const services = await openServices(loadConfig(config), systemClock, silentLogger);
const actor = { name: 'writer', via: 'cli', ip: null } as const;
for (let i = 0; i < Number(count); i++) {
  const { token } = await services.tokens.create({ name: 'written by a process' }, actor);
  if (i % 2 === 0) await services.tokens.revoke(token.id, actor);
}
await services.close();
