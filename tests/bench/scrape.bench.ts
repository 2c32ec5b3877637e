/**
 * What a scrape costs: the authenticated exposition beside a constant answer of the same bytes from a bare Fastify, beside
 * a Pushgateway behind Basic authentication, and beside what one would write oneself. All by turns, so that what else the
 * machine does meets all of them.
 */
import { printFigure, roundsOr } from './figures.ts';
import { measureLoad, type Load, type Measured } from './load.ts';
import { startBare, startDoItYourself, startPushgateway } from './peers.ts';
import { configure, createToken, inFolder, serve } from './product.ts';
import { SCRAPE_PATH, ask, asksAsPrometheus, asksText } from './prometheus.ts';

const CONNECTIONS = 10;
const ROUND_MS = 2_000;
const WARM_UP_MS = 1_000;

type Asked = Pick<Load, 'port' | 'path' | 'headers'>;

/** Each side once a round, in the order given. @returns the rounds of each */
async function byTurns(sides: ReadonlyMap<string, Asked>): Promise<(side: string, key: keyof Measured) => number[]> {
  const measured = new Map<string, Measured[]>();
  const measure = (asked: Asked, durationMs: number) => measureLoad({ ...asked, connections: CONNECTIONS, durationMs });
  for (const asked of sides.values()) await measure(asked, WARM_UP_MS);
  for (let round = 0; round < roundsOr(5); round++) {
    for (const [side, asked] of sides) {
      measured.set(side, [...(measured.get(side) ?? []), await measure(asked, ROUND_MS)]);
    }
  }
  return (side, key) => (measured.get(side) ?? []).map((one) => one[key]);
}

await inFolder(async (folder) => {
  const settings = await configure(folder);
  const secret = await createToken(settings);
  const ours = await serve(settings);
  const scrape = { port: ours.port, path: SCRAPE_PATH, headers: asksText(secret) };
  const zipped = { ...scrape, headers: asksAsPrometheus(secret) };
  await ask(scrape); // the answer is longer once there was one
  const bare = await startBare(folder, [await ask(scrape), await ask(zipped)]);
  const diy = await startDoItYourself();
  const pushgateway = await startPushgateway(folder);

  const rounds = await byTurns(
    new Map<string, Asked>([
      ['scrape', scrape],
      ['constant', { ...scrape, port: bare.port, path: '/0' }],
      ['zipped', zipped],
      ['constant zipped', { ...zipped, port: bare.port, path: '/1' }],
      ['diy', diy.asked],
      ...(pushgateway ? ([['pushgateway', pushgateway.asked]] as const) : []),
    ]),
  );
  for (const one of [ours, bare, diy.running, pushgateway?.running]) await one?.stop();

  const rate = { unit: 'requests/s', value: rounds('scrape', 'rate') };
  printFigure({
    ...{ ...rate, name: 'scrape / constant answer of a bare Fastify' },
    ...{ baseline: rounds('constant', 'rate'), must: { ratio: 0.6 } },
  });
  if (pushgateway) {
    printFigure({
      ...{ ...rate, name: 'scrape / Pushgateway behind Basic authentication' },
      ...{ baseline: rounds('pushgateway', 'rate'), must: { ratio: 3 } },
    });
  }
  printFigure({
    ...{ ...rate, name: 'scrape / fastify and prom-client by hand' },
    ...{ baseline: rounds('diy', 'rate'), must: { ratio: 10 } },
  });
  printFigure({
    name: 'scrape, gzip / constant answer, gzip',
    ...{ unit: 'requests/s', value: rounds('zipped', 'rate'), baseline: rounds('constant zipped', 'rate') },
    must: { ratio: 0.5 },
  });
  printFigure({
    name: 'scrape, p99 of 10 at once / constant answer',
    ...{ unit: 'ms', value: rounds('scrape', 'p99'), baseline: rounds('constant', 'p99') },
  });
});
