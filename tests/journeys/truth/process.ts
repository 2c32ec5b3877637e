import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect } from 'vitest';
import type { FamilyKey } from '../../../contract/metrics.ts';
import { readProcess, TICKS, type ProcessFacts } from '../../support/proc.ts';
import { eventually } from '../../support/server.ts';
import type { Proof, ProofsOf } from './proof.ts';
import { GO_VERSION, type Stage } from './stage.ts';

type ProcessKey =
  | 'processStart'
  | 'processCpuUser'
  | 'processCpuSystem'
  | 'processCpu'
  | 'processVirtualMemory'
  | 'processHeap'
  | 'processOpenFds'
  | 'processMaxFds'
  | 'nodeVersion';

/** What is fixed when the backend starts. */
export const startProofs: ProofsOf<'buildInfo' | 'processStartTime'> = {
  buildInfo: {
    by: 'it names the release that was built, the Go version of the configuration and the Node.js that runs',
    async prove(stage) {
      const release = JSON.parse(readFileSync('build/release.json', 'utf8')) as { version: string; commit: string };
      const series = `version=${release.version},commit=${release.commit},go_version=${GO_VERSION},node_version=${process.version}`;
      expect((await stage.scrape()).family('buildInfo')).toEqual({ [series]: 1 });
    },
  },

  processStartTime: {
    by: 'it lies between just before and just after the start, stays, and moves with the next start',
    async prove(stage) {
      const isTrue = async () => {
        const [after, before] = stage.startedBetween;
        const at = (await stage.scrape()).value('processStartTime');
        expect(at).toBeGreaterThanOrEqual(after - 0.01);
        expect(at).toBeLessThanOrEqual(before);
        expect((await stage.scrape()).value('processStartTime')).toBe(at);
        return at;
      };
      const first = await isTrue();
      await stage.restart();
      expect(await isTrue()).toBeGreaterThan(first);
    },
  },
};

/** What Linux can be asked about the process, too. */
export const processProofs: ProofsOf<ProcessKey> = {
  nodeVersion: {
    by: 'it is that of the Node.js that runs',
    async prove(stage) {
      const [major, minor, patch] = process.versions.node.split('.').map(Number);
      const series = `version=${process.version},major=${major},minor=${minor},patch=${patch}`;
      expect((await stage.scrape()).family('nodeVersion')).toEqual({ [series]: 1 });
    },
  },

  processStart: {
    by: 'it is what Linux says, to the second',
    async prove(stage) {
      const at = (await stage.scrape()).value('processStart');
      expect(Math.abs(at - readProcess(stage.pid).startedAt)).toBeLessThanOrEqual(1.5); // both are rounded
    },
  },

  processCpuUser: cpuGrows('processCpuUser', ({ userSeconds }) => userSeconds),
  processCpuSystem: cpuGrows('processCpuSystem', ({ systemSeconds }) => systemSeconds),
  processCpu: cpuGrows('processCpu', ({ userSeconds, systemSeconds }) => userSeconds + systemSeconds),

  processVirtualMemory: {
    by: 'it is what Linux says',
    prove: (stage) => agrees(stage, 'processVirtualMemory', ({ virtualBytes }) => virtualBytes),
  },
  processHeap: {
    by: 'it is what Linux says',
    prove: (stage) => agrees(stage, 'processHeap', ({ dataBytes }) => dataBytes),
  },

  processOpenFds: {
    by: '200 connections are held open, then closed; it is what Linux says all the time',
    async prove(stage) {
      const open = () => agrees(stage, 'processOpenFds', ({ openFds }) => openFds);
      const before = await open();
      const port = Number(stage.appliance.instance.split(':')[1]);
      const sockets = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'));
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      // Connections of the test itself may come and go beside them.
      await eventually('they are counted', async () => Math.abs((await open()) - before - 200) < 20);
      await closeAll(sockets);
      await eventually('they are gone', async () => Math.abs((await open()) - before) < 20);
    },
  },

  processMaxFds: {
    by: 'it is what Linux says',
    prove: (stage) => agrees(stage, 'processMaxFds', ({ maxFds }) => maxFds),
  },
};

/** Scrapes until the value is exactly what Linux says just before and just after. */
async function agrees(stage: Stage, key: FamilyKey, of: (facts: ProcessFacts) => number): Promise<number> {
  return eventually(`${key} is what Linux says`, async () => {
    const before = of(readProcess(stage.pid));
    const value = (await stage.scrape()).value(key);
    expect([before, of(readProcess(stage.pid))]).toEqual([value, value]);
    return value;
  });
}

/** It agrees with Linux before and after work that takes both kinds of processor time. */
function cpuGrows(key: FamilyKey, of: (facts: ProcessFacts) => number): Proof {
  return {
    by: 'scrapes are answered; it is what Linux says before and after',
    async prove(stage) {
      const isTrue = () =>
        eventually(`${key} is what Linux says`, async () => {
          const before = of(readProcess(stage.pid));
          const value = (await stage.scrape()).value(key);
          const after = of(readProcess(stage.pid));
          // Linux counts in ticks; the value is at most a second old.
          expect(value).toBeGreaterThanOrEqual(before - 2 / TICKS);
          expect(value).toBeLessThanOrEqual(after + 2 / TICKS);
          return value;
        });
      const before = await isTrue();
      await eventually('it works', async () => {
        await Promise.all(Array.from({ length: 20 }, () => stage.scrape()));
        return of(readProcess(stage.pid)) >= before + 4 / TICKS;
      });
      expect(await isTrue()).toBeGreaterThan(before);
    },
  };
}

export async function closeAll(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map(async (socket) => {
      if (socket.closed) return;
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
    }),
  );
}
