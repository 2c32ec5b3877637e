import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { pushLimits, USUAL_PUSH_JOB, type PushSettings, type PushSettingsBody } from '../../contract/push.ts';
import type { Actor, AuditLog } from '../audit/log.ts';
import type { Sealing } from '../lib/encryption.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import { Refusal } from '../http/refusal.ts';
import { checkBody, needsUrl } from './fields.ts';
import type { Access, Group } from './group.ts';
import { keptPassword, openAccess, sealPassword } from './password.ts';
import * as store from './store.ts';

/** What the pusher goes by. */
export interface CurrentPush {
  readonly enabled: boolean;
  readonly group: Group;
  readonly intervalMs: number;
  readonly username: string | null;
  /** Sealed; null where there is none. */
  readonly password: string | null;
  /** Another one after each change. */
  readonly version: string;
}

/** The settings of the push: operational, and changed in Grafana or at the command line. The password never comes out. */
export interface PushSettingsService {
  read(): Promise<PushSettings>;
  /** @throws Refusal `invalid_request` that names the field, `push_unavailable` */
  change(body: PushSettingsBody, actor: Actor): Promise<PushSettings>;
  /** Where a push with these settings would go. Nothing is saved. @throws Refusal `invalid_request` */
  groupOf(body: PushSettingsBody): Promise<{ group: Group; password: string | null }>;
  current(): Promise<CurrentPush>;
}

export interface PushSettingsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly sealing: Sealing;
  /** Whether there is an exposition to be pushed. */
  readonly isAvailable: boolean;
}

export function createPushSettings(options: PushSettingsOptions): PushSettingsService {
  const { database, audit, clock, sealing, isAvailable } = options;

  /** The body as it would be kept. */
  function settled(body: PushSettingsBody, before: store.StoredPush): store.StoredPush {
    const checked = checkBody(body);
    const { password, ...values } = checked;
    const sealed = password === undefined ? keptPassword(before, values) : sealPassword(values, password, sealing);
    return { ...values, password: sealed };
  }

  const kept = async () => (await store.readSettings(database.read))?.stored ?? unset();

  return {
    read: async () => present(await store.readSettings(database.read)),

    change: (body, actor) =>
      database.transaction(async (tx) => {
        const before = await store.readSettings(tx);
        const old = before?.stored ?? unset();
        const stored = settled(body, old);
        if (stored.enabled) needsUrl(stored.url);
        if (stored.enabled && !isAvailable) throw new Refusal('push_unavailable');
        if (isDeepStrictEqual(stored, old)) return present(before);
        const changed = { stored, changedAt: clock.now(), changedBy: actor.name ?? 'unknown' };
        await store.writeSettings(tx, changed);
        const password = body.password === undefined ? (stored.password === null ? 'none' : 'kept') : 'given';
        const details = { ...facts(stored), password, before: facts(old) };
        await audit.record(tx, { event: 'push.changed', actor, target: null, details });
        return present(changed);
      }),

    async groupOf(body) {
      const stored = settled(body, await kept());
      needsUrl(stored.url);
      return { group: groupIn(stored, openAccess(stored, sealing)), password: stored.password };
    },

    async current() {
      const found = await store.readSettings(database.read);
      const stored = found?.stored ?? unset();
      return {
        enabled: stored.enabled && isAvailable,
        group: groupIn(stored, openAccess(stored, sealing)),
        intervalMs: stored.intervalSeconds * 1000,
        username: stored.username,
        password: stored.password,
        version: versionOf(found),
      };
    },
  };
}

/** Another one for each change that was made. */
export function versionOf(kept: Pick<store.KeptPush, 'changedAt' | 'stored'> | undefined): string {
  return kept ? `${kept.changedAt} ${JSON.stringify(kept.stored)}` : '';
}

function groupIn({ url, job, instance }: store.StoredPush, access: Access): Group {
  return { url, job, instance, access };
}

/** What stands in the form before anybody has filled it in. */
function unset(): store.StoredPush {
  return {
    enabled: false,
    url: '',
    job: USUAL_PUSH_JOB,
    instance: hostname().slice(0, pushLimits.label),
    intervalSeconds: pushLimits.usualInterval,
    username: null,
    password: null,
  };
}

/** What the audit log keeps: everything but the password. */
function facts({ password: _password, ...values }: store.StoredPush): Record<string, unknown> {
  return values;
}

function present(kept: store.KeptPush | undefined): PushSettings {
  const { password, ...values } = kept?.stored ?? unset();
  return {
    ...values,
    hasPassword: password !== null,
    changedAt: iso(kept?.changedAt ?? null),
    changedBy: kept?.changedBy ?? null,
  };
}
