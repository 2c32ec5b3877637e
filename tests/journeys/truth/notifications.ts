import { expect } from 'vitest';
import { tables as definitions } from '../../../backend/clickhouse/tables.ts';
import type { AlarmRuleBody } from '../../../contract/api.ts';
import { always } from '../../support/alarms.ts';
import { rule } from './alarms.ts';
import type { ProofsOf } from './proof.ts';
import type { Stage } from './stage.ts';

const toVector: Partial<AlarmRuleBody> = { channels: ['vector'] };

export const notificationProofs: ProofsOf<
  'notificationsDelivered' | 'notificationQueueDepth' | 'vectorCircuitBreakerOpen' | 'quarantined'
> = {
  notificationsDelivered: {
    by: 'each channel delivers; Vector answers 500, the bell cannot be written: every attempt counts, and then it succeeds',
    async prove(stage) {
      const watch = await stage.watch('notificationsDelivered');
      await stage.mint('Rings the bell');
      await watch.moved({ 'channel=bell,result=ok': 1 });
      const id = await stage.addRule(rule(always, toVector));
      await watch.moved({ 'channel=bell,result=ok': 1, 'channel=vector,result=ok': 1 });

      const delivered = stage.vector.requests.length;
      const rejected = () => stage.vector.requests.slice(delivered).filter(({ status }) => status === 500).length;
      stage.vector.answer(500);
      await stage.removeRule(id); // which resolves the alarm
      const failing = { 'channel=bell,result=ok': 1, 'channel=vector,result=ok': 1 };
      await stage.sees('attempts fail', (now) => {
        expect(watch.by(now)).toEqual({ ...failing, 'channel=vector,result=error': rejected() });
        return rejected() > 1;
      });
      stage.vector.answer(200);
      await watch.moved({ ...failing, 'channel=vector,result=ok': 2, 'channel=vector,result=error': rejected() });

      const bell = await stage.watch('notificationsDelivered');
      /** The log tells of it once, and at its end how often it was. */
      const failures = () => {
        const [line] = stage.appliance.server
          .output()
          .split('\n')
          .filter((one) => one.includes('outbox delivery works again'))
          .slice(-1);
        return line === undefined ? 0 : (JSON.parse(line) as { failures: number }).failures;
      };
      stage.sql(`CREATE TRIGGER broken BEFORE INSERT ON bell_notifications BEGIN SELECT raise(abort, 'broken'); END`);
      await stage.mint('Cannot ring the bell');
      await stage.sees('the bell fails', (now) => {
        const failed = bell.by(now);
        expect(Object.keys(failed)).toEqual(['channel=bell,result=error']);
        return Number(failed['channel=bell,result=error']) > 1;
      });
      stage.sql('DROP TRIGGER broken');
      await stage.sees('the bell rings', (now) => now.value('notificationQueueDepth') === 0);
      await bell.moved({ 'channel=bell,result=error': failures(), 'channel=bell,result=ok': 1 });
    },
  },

  notificationQueueDepth: {
    by: 'Vector refuses connections, and two notifications wait until it is back',
    async prove(stage) {
      const watch = await stage.watch('notificationQueueDepth');
      await stage.vector.away();
      const ids = [await stage.addRule(rule(always, toVector)), await stage.addRule(rule(always, toVector))];
      await watch.moved({ '': 2 });
      await stage.vector.back();
      await watch.moved({});
      for (const id of ids) await stage.removeRule(id);
    },
  },

  vectorCircuitBreakerOpen: {
    by: 'Vector refuses connections for longer than the breaker bears, and is back',
    async prove(stage) {
      const watch = await stage.watch('vectorCircuitBreakerOpen');
      await stage.vector.away();
      const id = await stage.addRule(rule(always, toVector));
      await watch.moved({ '': 1 });
      await stage.vector.back();
      await watch.moved({});
      await stage.removeRule(id);
    },
  },

  quarantined: {
    by: 'Vector refuses a notification for good, then ClickHouse a row; the row beside it goes in',
    async prove(stage) {
      const watch = await stage.watch('quarantined');
      stage.vector.answer(400);
      const id = await stage.addRule(rule(always, toVector));
      await watch.moved({ 'kind=notification': 1 });
      stage.vector.answer(200);
      await stage.removeRule(id);
      await stage.sees('the queue is empty', (now) => now.value('notificationQueueDepth') === 0);

      await refuseSize(stage, 13, async () => {
        const rows = [13, 14].map((size) => ({ ts: Date.now(), set: 'quarantine', size }));
        expect(await stage.appliance.ingest('set-stats', rows)).toBe(202);
        await watch.moved({ 'kind=notification': 1, 'kind=ingest': 1 });
        await stage.calm();
        const kept = await stage.tables.select('SELECT size FROM set_stats');
        expect(kept).toEqual([{ size: 14 }]);
      });
      await watch.moved({ 'kind=notification': 1, 'kind=ingest': 1 });
    },
  },
};

/** ClickHouse itself will not have a set of this size meanwhile. */
async function refuseSize({ tables }: Stage, size: number, meanwhile: () => Promise<void>): Promise<void> {
  const { columns, partition, order } = definitions.set_stats;
  const recreate = async (more: string) => {
    await tables.command('DROP TABLE set_stats SYNC');
    await tables.command(
      `CREATE TABLE set_stats (${columns} ${more}) ENGINE = MergeTree PARTITION BY ${partition} ORDER BY (${order})`,
    );
  };
  await recreate(`, CONSTRAINT not_this CHECK size != ${size}`);
  try {
    await meanwhile();
  } finally {
    await recreate('');
  }
}
