import type { Push, PushHealth, PushSettings, PushSettingsBody, PushTest } from '../../contract/api.ts';
import { ok, type Answer, type Call } from './fakeReplies.ts';

export interface PushState {
  push: Push;
  /** What a test push comes to. */
  pushTest: PushTest;
}

export function fakePush(state: PushState, { method, id, body }: Call): Answer {
  if (id === 'test') return ok(state.pushTest);
  if (method === 'PUT') state.push = savedPush(state.push, body as unknown as PushSettingsBody);
  return ok(state.push);
}

/** The push as it is once these settings were saved. */
export function savedPush({ settings, health }: Push, { password, ...body }: PushSettingsBody): Push {
  const hasPassword = body.username !== null && (password !== undefined || settings.hasPassword);
  return makePush(
    { ...settings, ...body, hasPassword, changedAt: '2026-11-20T10:00:00Z', changedBy: 'ada' },
    { ...health, status: body.enabled ? 'waiting' : 'off' },
  );
}

/** A push that was never set up, unless told otherwise. */
export function makePush(settings: Partial<PushSettings> = {}, health: Partial<PushHealth> = {}): Push {
  return {
    settings: {
      enabled: false,
      url: '',
      job: 'vitals',
      instance: '',
      intervalSeconds: 15,
      username: null,
      hasPassword: false,
      changedAt: null,
      changedBy: null,
      ...settings,
    },
    health: { status: 'off', lastSuccessAt: null, lastFailure: null, failures: {}, staleGroups: [], ...health },
  };
}

/** A test push that nobody answers. */
export const unreachable: PushTest = {
  ok: false,
  reason: 'unreachable',
  message: 'Nothing answers at http://127.0.0.1:9091.',
  durationSeconds: 0.004,
};
