import { expect } from 'vitest';
import type { PushFailureReason } from '../../../contract/appliance.ts';
import type { Push } from '../../../contract/api.ts';
import { fakePushgateway, type FakePushgateway, type GatewayAnswer } from '../../support/fake-pushgateway.ts';
import type { ProofsOf } from './proof.ts';
import type { Stage } from './stage.ts';

/** What a Pushgateway answers to, and what a push that meets it counts as. */
const answers: readonly [PushFailureReason, GatewayAnswer][] = [
  ['unauthorized', 401],
  ['refused', 404],
  ['server_error', 503],
  ['timeout', 'hangs'],
];

export const pushProofs: ProofsOf<'pushLastSuccess' | 'pushFailures'> = {
  pushLastSuccess: {
    by: 'it is absent before the first push, then the time of the last one, and stands still while none is taken',
    async prove(stage) {
      await stage.restart();
      expect((await stage.scrape()).family('pushLastSuccess')).toEqual({});
      const gateway = await fakePushgateway();
      const begun = seconds();
      await pushTo(stage, gateway, true);
      const first = await stage.sees('a push is taken', (now) => now.family('pushLastSuccess')['']);
      expect(first).toBeGreaterThan(begun);
      expect(first).toBeLessThan(seconds());
      await stage.sees('another one is', (now) => now.value('pushLastSuccess') > first);

      gateway.answer(503);
      const failures = await stage.watch('pushFailures');
      const failing = (times: number) =>
        stage.sees('pushes fail', (now) => (failures.by(now)['reason=server_error'] ?? 0) >= times && now);
      const still = (await failing(1)).value('pushLastSuccess');
      expect((await failing(3)).value('pushLastSuccess')).toBe(still);
      const healed = seconds();
      gateway.answer(200);
      await stage.sees('a push is taken again', (now) => now.value('pushLastSuccess') > healed);
      await pushTo(stage, gateway, false);
    },
  },

  pushFailures: {
    by: 'a Pushgateway refuses, fails, hangs and is away: each push that fails counts once, by its reason, and a good one not',
    async prove(stage) {
      const gateway = await fakePushgateway();
      await pushTo(stage, gateway, true);
      await stage.sees('a push is taken', () => gateway.groups.size === 1);
      const watch = await stage.watch('pushFailures');
      const before = gateway.requests.length;
      const answered = (how: GatewayAnswer) =>
        gateway.requests.slice(before).filter((one) => one.answer === how).length;
      for (const [, how] of answers) {
        gateway.answer(how);
        await stage.sees(`a push meets ${how}`, () => answered(how) > (how === 'hangs' ? 0 : 1));
        gateway.answer(200);
        const good = answered(200);
        await stage.sees('the next ones are taken', () => answered(200) > good + 1);
      }
      const promised = Object.fromEntries(answers.map(([reason, how]) => [`reason=${reason}`, answered(how)]));
      await watch.moved(promised);
      await gateway.away();
      await stage.sees('nobody is there', (now) => {
        const { 'reason=unreachable': unreachable = 0, ...others } = watch.by(now);
        expect(others).toEqual(promised);
        return unreachable >= 2;
      });
      await gateway.back();
      await pushTo(stage, gateway, false);
    },
  },
};

const seconds = () => Date.now() / 1000;

/** Sets where to push and whether to, and waits until what is no longer pushed is removed. */
async function pushTo({ appliance, sees }: Stage, { url, groups }: FakePushgateway, enabled: boolean): Promise<void> {
  const body = { enabled, url, job: 'vitals', instance: 'stage', intervalSeconds: 1, username: null };
  const { status } = await appliance.api<Push>('admin', '/api/push', body, 'PUT');
  expect(status).toBe(200);
  if (!enabled) await sees('the group is removed', () => groups.size === 0);
}
