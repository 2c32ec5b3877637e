import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { catalogue, type FamilyKey } from '../../../contract/metrics.ts';
import { readProcess, type ProcessFacts } from '../../support/proc.ts';
import { once as event } from 'node:events';
import { eventually } from '../../support/server.ts';
import type { Scraped, Values } from './exposition.ts';
import { once, type ProofsOf } from './proof.ts';
import { closeAll } from './process.ts';
import type { Stage } from './stage.ts';

type MemoryKey =
  | 'processResidentMemory'
  | 'heapTotal'
  | 'heapUsed'
  | 'externalMemory'
  | 'heapSpaceTotal'
  | 'heapSpaceUsed'
  | 'heapSpaceAvailable'
  | 'gcDuration';

const MB = 1024 * 1024;
/** Requests that are held back, and what each of them takes: on the heap for its headers, beside it for its body. */
const HELD = { count: 800, headerBytes: 48_000, bodyBytes: 60_000 };

/** Memory is taken by hundreds of requests that do not come to their end, and given back with them. */
export const memoryProofs: ProofsOf<MemoryKey> = {
  processResidentMemory: {
    by: 'requests are held; it grows, and is what Linux says',
    async prove(stage) {
      const { held, heldFacts } = await exercise(stage);
      const [before, after] = heldFacts.map(({ residentBytes }) => residentBytes) as [number, number];
      const value = held.value('processResidentMemory');
      expect(value).toBeGreaterThan(Math.min(before, after) - 8 * MB);
      expect(value).toBeLessThan(Math.max(before, after) + 8 * MB);
    },
  },
  heapUsed: {
    by: 'requests are held, then let go and collected',
    prove: (stage) => exercise(stage),
  },
  heapTotal: {
    by: 'requests are held; it grows, and what is used is part of it',
    async prove(stage) {
      for (const one of await samples(stage)) expect(one.value('heapUsed')).toBeLessThan(one.value('heapTotal'));
    },
  },
  externalMemory: {
    by: 'requests are held, then let go and collected',
    prove: (stage) => exercise(stage),
  },
  heapSpaceTotal: {
    by: 'requests are held; the old space grows, and all spaces make up the heap',
    async prove(stage) {
      for (const one of await samples(stage)) isNear(sum(one.family('heapSpaceTotal')), one.value('heapTotal'));
    },
  },
  heapSpaceUsed: {
    by: 'requests are held, then let go and collected; all spaces make up what is used of the heap',
    async prove(stage) {
      for (const one of await samples(stage)) isNear(sum(one.family('heapSpaceUsed')), one.value('heapUsed'));
    },
  },

  heapSpaceAvailable: {
    by: 'as the new space is filled by work, as much less of it is available',
    async prove(stage) {
      let last = await stage.scrape();
      const room = await stage.sees('the new space is filled', (now) => {
        const [used, before] = [now, last].map((one) => one.value('heapSpaceUsed', 'space=new')) as [number, number];
        const [available, availableBefore] = [now, last].map((one) => one.value('heapSpaceAvailable', 'space=new'));
        last = now;
        return used > before && { less: (availableBefore ?? 0) - (available ?? 0), more: used - before };
      });
      expect(room.less).toBe(room.more);
    },
  },

  gcDuration: {
    by: 'what requests leave behind is collected: quickly where it is young, and all of it',
    async prove(stage) {
      const { idle, last } = await exercise(stage);
      const [before, after] = [idle.family('gcDuration'), last.family('gcDuration')];
      for (const kind of ['minor', 'major']) {
        expect(after[`count kind=${kind}`]).toBeGreaterThan(before[`count kind=${kind}`] ?? NaN);
        expect(after[`sum kind=${kind}`]).toBeGreaterThan(before[`sum kind=${kind}`] ?? NaN);
      }
      for (const kind of catalogue.families.gcDuration.labels['kind'] as readonly string[]) {
        const bounds = [...catalogue.families.gcDuration.buckets, '+Inf'];
        const counts = bounds.map((bound) => after[`bucket kind=${kind},le=${bound}`] ?? NaN);
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
        expect(counts.at(-1)).toBe(after[`count kind=${kind}`]);
      }
    },
  },
};

const sum = (values: Values) => Object.values(values).reduce((total, value) => total + value, 0);

function isNear(one: number, other: number): void {
  expect(Math.abs(one - other)).toBeLessThan(MB);
}

const old = 'space=old';
/** By how much each has to grow while requests are held, and how far it then has to fall, where it falls for sure. */
const responses: readonly { key: FamilyKey; series?: string; up: number; down?: number }[] = [
  { key: 'processResidentMemory', up: 10 * MB },
  { key: 'heapUsed', up: 15 * MB, down: 10 * MB },
  { key: 'heapTotal', up: 10 * MB },
  { key: 'externalMemory', up: 30 * MB, down: 15 * MB },
  { key: 'heapSpaceTotal', series: old, up: 10 * MB },
  { key: 'heapSpaceUsed', series: old, up: 15 * MB, down: 10 * MB },
];

interface Exercise {
  readonly idle: Scraped;
  readonly held: Scraped;
  /** What Linux said just before and just after `held`. */
  readonly heldFacts: readonly ProcessFacts[];
  readonly last: Scraped;
}

async function samples(stage: Stage): Promise<Scraped[]> {
  const { idle, held, last } = await exercise(stage);
  return [idle, held, last];
}

/** Made once, and looked at by each proof. Fails where one of the families does not respond. */
const exercise = once(async (stage: Stage): Promise<Exercise> => {
  const idle = await stage.scrape();
  let sockets = await hold(stage, HELD.count);
  let heldFacts = [readProcess(stage.pid)];
  const held = await stage.sees('memory is taken', (now) => {
    heldFacts = [...heldFacts, readProcess(stage.pid)].slice(-2);
    for (const { key, series, up } of responses) {
      expect(now.value(key, series), key).toBeGreaterThan(idle.value(key, series) + up);
    }
    return now;
  });

  const last = await eventually('memory is given back', async () => {
    await closeAll(sockets);
    sockets = await hold(stage, HELD.count / 4); // what is taken anew has the old collected
    const now = await stage.scrape();
    for (const { key, series, down } of responses) {
      if (down !== undefined) expect(now.value(key, series), key).toBeLessThan(held.value(key, series) - down);
    }
    return now;
  });
  await closeAll(sockets);
  return { idle, held, heldFacts, last };
});

/** Begins requests, sends most of each, and never its end. */
function hold({ appliance }: Stage, count: number): Promise<Socket[]> {
  const [host = '', port] = appliance.instance.split(':');
  const head = [
    'POST /api/tokens HTTP/1.1',
    `Host: ${appliance.instance}`,
    `Authorization: Bearer ${appliance.jwts.admin}`,
    'Content-Type: application/json',
    `Content-Length: ${HELD.bodyBytes + 1}`,
    `X-Held: ${'x'.repeat(HELD.headerBytes)}`,
  ];
  const begun = `${head.join('\r\n')}\r\n\r\n${' '.repeat(HELD.bodyBytes)}`;
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(Number(port), host);
      socket.on('error', () => undefined); // it may be cut off while it is let go
      await event(socket, 'connect');
      socket.write(begun);
      return socket;
    }),
  );
}
