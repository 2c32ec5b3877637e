/** Whether a scrape takes longer the more tokens there are: two servers by turns, one with ten and one with a million. */
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { printFigure, roundsOr } from './figures.ts';
import { measureLoad, type Measured } from './load.ts';
import { configure, createToken, inFolder, serve, type Running, type Settings } from './product.ts';
import { SCRAPE_PATH, asksText } from './prometheus.ts';
import { fillTokens } from './scrape-tokens.ts';

const ROUND_MS = 2_000;
const FEW = 10;
const MANY = 1_000_000;

/** Adds tokens, of which every fourth is revoked and every third expires. */
function addTokens({ file }: Settings, count: number): void {
  const database = new Database(join(dirname(file), 'vitals.db'));
  database.pragma('synchronous = OFF');
  fillTokens(database, count);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
}

interface Side {
  readonly running: Running;
  measure(): Promise<Measured>;
}

async function serveTokens(folder: string, count: number): Promise<Side> {
  const settings = await configure(folder);
  const secret = await createToken(settings);
  addTokens(settings, count - 1);
  const running = await serve(settings);
  const scrape = { port: running.port, path: SCRAPE_PATH, headers: asksText(secret) };
  return { running, measure: () => measureLoad({ ...scrape, connections: 1, durationMs: ROUND_MS }) };
}

await inFolder((fewFolder) =>
  inFolder(async (manyFolder) => {
    const many = await serveTokens(manyFolder, MANY);
    const few = await serveTokens(fewFolder, FEW);
    const rounds: Record<'few' | 'many', Measured[]> = { few: [], many: [] };
    await few.measure();
    await many.measure();
    for (let round = 0; round < roundsOr(5); round++) {
      rounds.few.push(await few.measure());
      rounds.many.push(await many.measure());
    }
    await Promise.all([few.running.stop(), many.running.stop()]);
    for (const key of ['p50', 'p99'] as const) {
      const [value, baseline] = [rounds.many, rounds.few].map((side) => side.map((one) => one[key]));
      printFigure({
        name: `scrape at 10^6 tokens / at 10, ${key} one by one`,
        ...{ unit: 'ms', value: value ?? [], baseline: baseline ?? [], baselineIsOurs: true },
        ...(key === 'p50' && { must: { ratio: 1.1 } }),
      });
    }
  }),
);
