import type { Push, PushHealth, PushSettings, PushSettingsBody } from '../../contract/push.ts';
import type { Actor } from '../audit/log.ts';
import { iso } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import type { PushSettingsService } from './settings.ts';
import type { PushState } from './state.ts';
import { allGroups } from './store.ts';
import type { RunTestPush } from './test-push.ts';

/** The push as the API shows it. */
export interface PushService {
  read(): Promise<Push>;
  /** @throws Refusal `invalid_request`, `push_unavailable` */
  change(body: PushSettingsBody, actor: Actor): Promise<Push>;
  readonly test: RunTestPush;
}

export interface PushServiceOptions {
  readonly settings: PushSettingsService;
  readonly database: Database;
  readonly state: PushState;
  readonly test: RunTestPush;
}

export function createPushService({ settings, database, state, test }: PushServiceOptions): PushService {
  async function health(): Promise<PushHealth> {
    const { enabled, version } = await settings.current();
    const { lastSuccessAt = null, lastFailure, outcome, failures } = state;
    const isOfThese = outcome?.version === version;
    return {
      status: !enabled ? 'off' : !isOfThese ? 'waiting' : outcome.isOk ? 'ok' : 'failing',
      lastSuccessAt: iso(lastSuccessAt),
      lastFailure: lastFailure ? { ...lastFailure, at: iso(lastFailure.at) } : null,
      failures: { ...failures },
      staleGroups: await staleGroups(database),
    };
  }

  const shown = async (one: PushSettings): Promise<Push> => ({ settings: one, health: await health() });
  return {
    read: async () => shown(await settings.read()),
    change: async (body, actor) => shown(await settings.change(body, actor)),
    test,
  };
}

/** What is no longer pushed and still lies in a Pushgateway, the oldest first. */
export async function staleGroups(database: Database): Promise<PushHealth['staleGroups']> {
  const rows = await allGroups(database.read);
  return rows.flatMap(({ url, job, instance, stale_since, failure }) =>
    stale_since === null ? [] : [{ url, job, instance, since: iso(stale_since), failure }],
  );
}
