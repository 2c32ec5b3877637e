/** A process that writes as the command line does, one transaction after the other: `node writer.js CONFIG COUNT`. */
import { systemClock } from '../../backend/lib/clock.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { openCore } from '../../backend/services.ts';
import { silentLogger } from '../../backend/lib/logger.ts';

const [config, count] = process.argv.slice(2);
const core = await openCore(loadConfig(config), systemClock, silentLogger);
const actor = { name: 'writer', via: 'cli', ip: null } as const;
for (let i = 0; i < Number(count); i++) {
  const { token } = await core.tokens.create({ name: 'written by a process' }, actor);
  if (i % 2 === 0) await core.tokens.revoke(token.id, actor);
}
await core.close();
