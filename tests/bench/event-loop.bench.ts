/** The longest that one request holds the event loop: a scrape, one of 100,000 reported series, and a report of 8 MB. */
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printFigure, roundsOr } from './figures.ts';
import { inFolder } from './product.ts';
import { SCRAPE_PATH, ask, asksAsPrometheus, asksText } from './prometheus.ts';
import { serveManySeries } from './reported-series.ts';

const MUST_MS = 20;
/** In a round of each. */
const SCRAPES = 20;
const WARM_UP_ROUNDS = 2;

await inFolder(async (folder) => {
  const preload = pathToFileURL(join(import.meta.dirname, 'event-loop-preload.js')).href;
  const { running, secrets, scrape, report, reportBytes } = await serveManySeries(folder, preload);
  const { child, port } = running;

  const say = async (message: string): Promise<unknown> => {
    const answer = once(child, 'message');
    child.send(message);
    return ((await answer) as unknown[])[0];
  };
  /** For how long the server was held at most while this was done, in milliseconds. */
  async function held(work: () => Promise<unknown>): Promise<number> {
    await say('watch');
    await work();
    return (await say('end')) as number;
  }

  async function scrapes(): Promise<void> {
    for (const asks of [asksText, asksAsPrometheus]) {
      for (let i = 0; i < SCRAPES; i++) await ask({ port, path: SCRAPE_PATH, headers: asks(secrets.platform) });
    }
  }
  const works = new Map<string, () => Promise<unknown>>([
    ['a scrape', scrapes],
    [`a report of ${(reportBytes / 1e6).toFixed(1)} MB`, report],
    ['a scrape of 100,000 series', () => ask({ ...scrape, headers: asksText(secrets.demo) })],
    ['a scrape of 100,000 series, gzip', () => ask({ ...scrape, headers: asksAsPrometheus(secrets.demo) })],
  ]);

  const rounds = new Map<string, number[]>();
  for (let round = -WARM_UP_ROUNDS; round < roundsOr(5); round++) {
    for (const [name, work] of works) {
      const heldMs = await held(work);
      if (round >= 0) rounds.set(name, [...(rounds.get(name) ?? []), heldMs]);
    }
  }
  await running.stop();
  for (const [name, value] of rounds) {
    printFigure({ name: `event loop held by ${name}`, unit: 'ms', value, must: { worst: MUST_MS } });
  }
});
