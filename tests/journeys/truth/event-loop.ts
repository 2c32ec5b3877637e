import { connect } from 'node:net';
import { once as event } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { FamilyKey } from '../../../contract/metrics.ts';
import { closeAll } from './process.ts';
import { once, type Proof, type ProofsOf } from './proof.ts';
import type { Stage } from './stage.ts';

const lagKeys = [
  'eventLoopLag',
  'eventLoopLagMin',
  'eventLoopLagMax',
  'eventLoopLagMean',
  'eventLoopLagStddev',
  'eventLoopLagP50',
  'eventLoopLagP90',
  'eventLoopLagP99',
] as const satisfies readonly FamilyKey[];
type LagKey = (typeof lagKeys)[number];
type Lags = Record<LagKey, number>;

const responds: Proof['by'] = 'hundreds of requests come at once, again and again, and then no more';

export const eventLoopProofs: ProofsOf<LagKey> = {
  eventLoopLag: moves('eventLoopLag'),
  eventLoopLagMin: {
    by: `${responds}; nothing is late that is only looked at every ten milliseconds`,
    async prove(stage) {
      await moves('eventLoopLagMin').prove(stage);
      await stage.sees('no delay at all', (now) => now.value('eventLoopLagMin') < 0.005);
    },
  },
  eventLoopLagMax: {
    by: `${responds}; the process is stopped for half a second`,
    async prove(stage) {
      await moves('eventLoopLagMax').prove(stage);
      const begun = performance.now();
      process.kill(stage.pid, 'SIGSTOP');
      await wait(510);
      process.kill(stage.pid, 'SIGCONT');
      const lag = await stage.sees(
        'the stop',
        (now) => now.value('eventLoopLagMax') > 0.49 && now.value('eventLoopLagMax'),
      );
      expect(lag).toBeLessThan((performance.now() - begun) / 1000);
      await stage.sees('it is over', (now) => now.value('eventLoopLagMax') < 0.49);
    },
  },
  eventLoopLagMean: moves('eventLoopLagMean'),
  eventLoopLagStddev: moves('eventLoopLagStddev'),
  eventLoopLagP50: moves('eventLoopLagP50'),
  eventLoopLagP90: moves('eventLoopLagP90'),
  eventLoopLagP99: moves('eventLoopLagP99'),
};

/** A tenth of the delay that the requests of one go cause at least. */
const BUSY_SECONDS = 0.002;

function moves(key: LagKey): Proof {
  return {
    by: responds,
    async prove(stage) {
      const { most, least } = await exercise(stage);
      expect(most[key]).toBeGreaterThan(BUSY_SECONDS);
      expect(least[key]).toBeLessThan(most[key] / 2);
    },
  };
}

/** Made once, and looked at by each proof: the most that was seen of each while it was busy, and the least after that. */
const exercise = once(async (stage: Stage): Promise<{ most: Lags; least: Lags }> => {
  const most = lags(() => 0);
  const sockets = await Promise.all([1, 2, 3].map(() => keepBusy(stage)));
  await stage.sees('the event loop lags', (now) => {
    for (const key of lagKeys) most[key] = Math.max(most[key], now.value(key));
    return lagKeys.every((key) => most[key] > BUSY_SECONDS);
  });
  await closeAll(sockets);
  const least = lags(() => Infinity);
  await stage.sees('the event loop is idle', (now) => {
    for (const key of lagKeys) least[key] = Math.min(least[key], now.value(key));
    return lagKeys.every((key) => least[key] < most[key] / 2);
  });
  return { most, least };
});

/** How each answer begins: 401, and 429 before long. */
const REFUSED = 'HTTP/1.1 4';

/** A connection that sends hundreds of requests in one go, as soon as it has the answers to those before. */
async function keepBusy({ appliance }: Stage) {
  const [host = '', port] = appliance.instance.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => undefined); // it is cut off in the end
  await event(socket, 'connect');
  const requests = 300;
  const go = () => socket.write(`GET /api/health HTTP/1.1\r\nHost: ${appliance.instance}\r\n\r\n`.repeat(requests));
  let answers = 0;
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const parts = `${rest}${chunk.toString('latin1')}`.split(REFUSED);
    answers += parts.length - 1;
    rest = parts.at(-1)?.slice(1 - REFUSED.length) ?? '';
    while (answers >= requests) {
      answers -= requests;
      go();
    }
  });
  go();
  return socket;
}

function lags(value: () => number): Lags {
  return Object.fromEntries(lagKeys.map((key) => [key, value()])) as Lags;
}
