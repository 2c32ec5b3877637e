/**
 * Whether one who is refused can slow down one who is not: scrapes with a good token, one every 10 ms, while others are
 * refused 2,000 times a second. Once with unknown tokens of the right form, once with all kinds of wrong ones; from many
 * addresses, so that the throttle answers some of them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { printFigure, roundsOr } from './figures.ts';
import { measureLoad, type Load, type Measured } from './load.ts';
import { configure, createToken, inFolder, serve, vitals } from './product.ts';
import { SCRAPE_PATH, asksText, bearer } from './prometheus.ts';

const WINDOW_MS = 4_000;
/** The others begin earlier and end later. */
const MARGIN_MS = 500;
const ATTACKERS = 100;
const REFUSED_A_SECOND = 2_000;
const MUST = 2;

type Headers = Record<string, string>;

async function unknownToken(): Promise<Headers> {
  return bearer((await vitals<{ secret: string }>('token', 'generate')).secret);
}

await inFolder(async (folder) => {
  const settings = await configure(folder);
  const secret = await createToken(settings);
  const unknown = await Promise.all([unknownToken(), unknownToken()]);
  const wrong = [...unknown, {}, bearer('no-token'), { authorization: 'Basic eDp5' }];
  const { port, stop } = await serve(settings);
  const scrape = { port, path: SCRAPE_PATH };
  const legit: Load = { ...scrape, headers: asksText(secret), connections: 1, durationMs: WINDOW_MS, everyMs: 10 };

  const attack = (headers: readonly Headers[]): Load => ({
    ...{ ...scrape, headers, statuses: [401, 429], addresses: ATTACKERS, connections: ATTACKERS },
    ...{ everyMs: (1000 * ATTACKERS) / REFUSED_A_SECOND, durationMs: WINDOW_MS + 2 * MARGIN_MS },
  });
  async function during(headers: readonly Headers[]): Promise<{ legit: Measured; attackers: Measured }> {
    const attacking = measureLoad(attack(headers));
    await pause(MARGIN_MS);
    const measured = await measureLoad(legit);
    return { legit: measured, attackers: await attacking };
  }

  await measureLoad(legit);
  const idle: number[] = [];
  const attacks = [
    { name: 'unknown tokens', headers: unknown, p99: [] as number[], rate: [] as number[] },
    { name: 'all kinds of wrong ones', headers: wrong, p99: [] as number[], rate: [] as number[] },
  ];
  for (let round = 0; round < roundsOr(5); round++) {
    idle.push((await measureLoad(legit)).p99);
    for (const { headers, p99, rate } of attacks) {
      const measured = await during(headers);
      p99.push(measured.legit.p99);
      rate.push(measured.attackers.rate);
    }
  }
  await stop();
  for (const { name, p99, rate } of attacks) {
    printFigure({
      name: `scrape during 2,000 refusals a second (${name}) / idle, p99`,
      ...{ unit: 'ms', value: p99, baseline: idle, baselineIsOurs: true, must: { ratio: MUST } },
    });
    printFigure({ name: `refusals meanwhile (${name})`, unit: 'requests/s', value: rate });
  }
});
