import { randomBytes } from 'node:crypto';
import type { PushSettingsBody, PushTest } from '../../contract/push.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import { pushgateway, type PushgatewayClient } from './client.ts';
import { Refusal } from '../http/refusal.ts';
import type { PushSettingsService } from './settings.ts';
import { putGroup } from './store.ts';

/**
 * Pushes once with these settings, to a group of its own, and removes that again. Nothing is saved.
 * @throws Refusal `invalid_request`, `push_unavailable`
 */
export type RunTestPush = (body: PushSettingsBody) => Promise<PushTest>;

export interface TestPushOptions {
  readonly settings: Pick<PushSettingsService, 'groupOf'>;
  readonly database: Database;
  /** Absent where there is nothing to be pushed. */
  readonly exposition: (() => Promise<string>) | undefined;
  readonly clock: Clock;
  readonly client?: PushgatewayClient;
}

export function createTestPush({
  settings,
  database,
  exposition,
  clock,
  client = pushgateway,
}: TestPushOptions): RunTestPush {
  return async (body) => {
    if (!exposition) throw new Refusal('push_unavailable');
    const { group, password } = await settings.groupOf(body);
    const testGroup = { ...group, instance: `vitals-test-${randomBytes(6).toString('hex')}` };
    const text = await exposition();
    const startedAt = clock.monotonic();
    const answer = (
      failure: (Pick<PushTest, 'message'> & { reason: NonNullable<PushTest['reason']> }) | undefined,
    ) => ({
      ok: failure === undefined,
      reason: failure?.reason ?? null,
      message: failure?.message ?? 'The Pushgateway took a push with these settings, and its group was removed again.',
      durationSeconds: (clock.monotonic() - startedAt) / 1000,
    });

    const failure = await client.put(testGroup, text);
    if (failure) {
      if (failure.mayBeDone) await client.remove(testGroup);
      return answer(failure);
    }
    const left = await client.remove(testGroup);
    if (!left) return answer(undefined);
    const { url, job, instance } = testGroup;
    const { username } = body;
    const row = { url, job, instance, username, password, stale_since: clock.now(), failure: left.message };
    await database.transaction((tx) => putGroup(tx, row));
    return answer({
      reason: left.reason,
      message: `The push was taken, but its group could not be removed again: the running server goes on trying. ${left.message}`,
    });
  };
}
