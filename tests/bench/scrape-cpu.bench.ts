/**
 * What a scrape costs where it comes seldom, as it does: processor time of the server, less what the same server uses in
 * the same time without scrapes. By turns; scrapes are more than a second apart, so that what is sampled once a second is
 * sampled for each.
 */
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { printFigure, roundsOr } from './figures.ts';
import { configure, cpuMs, createToken, inFolder, serve } from './product.ts';
import { SCRAPE_PATH, ask, asksAsPrometheus, asksText } from './prometheus.ts';

const APART_MS = 1_100;
/** In a round of each. */
const SCRAPES = 5;
const MUST_MS = 1.5;

await inFolder(async (folder) => {
  const settings = await configure(folder);
  const secret = await createToken(settings);
  const { pid, port, stop } = await serve(settings);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** Processor time of a window in which it is scraped so, or not at all, in milliseconds. */
  async function window(headers?: Record<string, string>): Promise<number> {
    const before = cpuMs(pid);
    for (let i = 0; i < SCRAPES; i++) {
      if (headers) await ask({ port, path: SCRAPE_PATH, headers, agent });
      await pause(APART_MS);
    }
    return cpuMs(pid) - before;
  }

  await window(asksText(secret));
  await window(asksAsPrometheus(secret));
  const [idle, text, zipped]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < roundsOr(5); round++) {
    const without = await window();
    idle.push(without / ((SCRAPES * APART_MS) / 1000));
    text.push(((await window(asksText(secret))) - without) / SCRAPES);
    zipped.push(((await window(asksAsPrometheus(secret))) - without) / SCRAPES);
  }
  agent.destroy();
  await stop();
  const about = 'processor time of a seldom scrape';
  printFigure({ name: `${about}, text`, unit: 'ms', value: text, must: { value: MUST_MS } });
  printFigure({ name: `${about}, OpenMetrics and gzip`, unit: 'ms', value: zipped, must: { value: MUST_MS } });
  printFigure({ name: 'processor time of a second without scrapes', unit: 'ms', value: idle });
});
