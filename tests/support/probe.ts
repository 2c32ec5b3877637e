/**
 * Loaded into a process by `--import`: on SIGUSR2 it writes down which scripts are loaded and what is alive in it, also
 * what does not keep the process alive. The file to write to is in VITALS_PROBE.
 */
import { createHook } from 'node:async_hooks';
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';

const file = process.env['VITALS_PROBE'] ?? '';

const scripts: string[] = [];
const session = new Session();
session.connect();
session.on('Debugger.scriptParsed', ({ params }) => scripts.push(params.url));
session.post('Debugger.enable');

/** Kind and maker of everything asynchronous that is alive. */
const alive = new Map<number, { type: string; by: string }>();
/** What works for others: what it makes is theirs. */
const mechanism = /\/lib\/(?:periodic-task|event-loop)\./;
/** Who made what, by its id, or who made what triggered it. */
const makers = new Map<number, string>();
createHook({
  init(id, type, trigger) {
    const frames = String(new Error().stack)
      .split('\n')
      .slice(2)
      .filter((frame) => !/\(?node:|support\/probe|<anonymous>/.test(frame));
    const own = frames.find((frame) => !mechanism.test(frame))?.trim();
    const maker = own ?? makers.get(trigger) ?? 'node';
    makers.set(id, maker);
    if (type === 'PROMISE' || type === 'TickObject') return;
    alive.set(id, { type, by: frames.length > 0 ? maker : 'node' });
  },
  destroy: (id) => void alive.delete(id),
}).enable();

process.on('SIGUSR2', () => {
  const report = {
    scripts,
    required: Object.keys(createRequire(import.meta.url).cache),
    resources: process.getActiveResourcesInfo(),
    alive: [...alive.values()],
  };
  writeFileSync(`${file}.new`, JSON.stringify(report));
  renameSync(`${file}.new`, file);
});
