import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { Value } from 'typebox/value';
import { forbiddenInNames, PushSettingsBody } from '../../contract/api.ts';
import { pushLimits, USUAL_PUSH_JOB, type PushSettings } from '../../contract/push.ts';
import type { Actor, AuditLog } from '../audit/log.ts';
import type { Encryption } from '../lib/encryption.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Database } from '../database/database.ts';
import { invalidField } from '../http/fields.ts';
import { Refusal } from '../http/refusal.ts';
import { gatewayUrl, type Access, type PushGroup } from './grouping-key.ts';
import { reusedPassword, openAccess, encryptPassword } from './password.ts';
import * as store from './store.ts';

/** What the pusher goes by. */
export interface CurrentPush {
  readonly enabled: boolean;
  readonly group: PushGroup;
  readonly intervalMs: number;
  readonly username: string | null;
  /** Encrypted; null where there is none. */
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
  groupOf(body: PushSettingsBody): Promise<{ group: PushGroup; password: string | null }>;
  current(): Promise<CurrentPush>;
}

export interface PushSettingsOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly encryption: Encryption;
  /** Whether there is an exposition to be pushed. */
  readonly isAvailable: boolean;
}

export function createPushSettings(options: PushSettingsOptions): PushSettingsService {
  const { database, audit, clock, encryption, isAvailable } = options;

  /** The body as it would be kept. */
  function toStored(body: PushSettingsBody, before: store.StoredPushSettings): store.StoredPushSettings {
    const checked = validateSettings(body);
    const { password, ...values } = checked;
    const encrypted =
      password === undefined ? reusedPassword(before, values) : encryptPassword(values, password, encryption);
    return { ...values, password: encrypted };
  }

  const kept = async () => (await store.readSettings(database.read))?.stored ?? defaults();

  return {
    read: async () => present(await store.readSettings(database.read)),

    change: (body, actor) =>
      database.transaction(async (tx) => {
        const before = await store.readSettings(tx);
        const old = before?.stored ?? defaults();
        const stored = toStored(body, old);
        if (stored.enabled) requireUrl(stored.url);
        if (stored.enabled && !isAvailable) throw new Refusal('push_unavailable');
        if (isDeepStrictEqual(stored, old)) return present(before);
        const changed = { stored, changedAt: clock.now(), changedBy: actor.name ?? 'unknown' };
        await store.writeSettings(tx, changed);
        const password = body.password === undefined ? (stored.password === null ? 'none' : 'kept') : 'given';
        const details = { ...auditDetails(stored), password, before: auditDetails(old) };
        await audit.record(tx, { event: 'push.changed', actor, target: null, details });
        return present(changed);
      }),

    async groupOf(body) {
      const stored = toStored(body, await kept());
      requireUrl(stored.url);
      return { group: groupIn(stored, openAccess(stored, encryption)), password: stored.password };
    },

    async current() {
      const found = await store.readSettings(database.read);
      const stored = found?.stored ?? defaults();
      return {
        enabled: stored.enabled && isAvailable,
        group: groupIn(stored, openAccess(stored, encryption)),
        intervalMs: stored.intervalSeconds * 1000,
        username: stored.username,
        password: stored.password,
        version: versionOf(found),
      };
    },
  };
}

/** Another one for each change that was made. */
export function versionOf(kept: Pick<store.PushSettingsRecord, 'changedAt' | 'stored'> | undefined): string {
  return kept ? `${kept.changedAt} ${JSON.stringify(kept.stored)}` : '';
}

function groupIn({ url, job, instance }: store.StoredPushSettings, access: Access): PushGroup {
  return { url, job, instance, access };
}

/** What stands in the form before anybody has filled it in. */
function defaults(): store.StoredPushSettings {
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
function auditDetails({ password: _password, ...values }: store.StoredPushSettings): Record<string, unknown> {
  return values;
}

function present(kept: store.PushSettingsRecord | undefined): PushSettings {
  const { password, ...values } = kept?.stored ?? defaults();
  return {
    ...values,
    hasPassword: password !== null,
    changedAt: iso(kept?.changedAt ?? null),
    changedBy: kept?.changedBy ?? null,
  };
}

/**
 * Settings as they may be, with the URL as it is kept: for whoever asks, also past the HTTP interface.
 * @throws Refusal `invalid_request` that names the field
 */
function validateSettings(body: PushSettingsBody): PushSettingsBody {
  const [problem] = Value.Errors(PushSettingsBody, body);
  if (problem) throw invalidField(problem.instancePath.slice(1), `${problem.message}.`);
  for (const field of ['job', 'instance', 'username'] as const) checkText(field, body[field]);
  if (body.username?.includes(':')) throw invalidField('username', 'A user name cannot contain a colon.');
  if (body.username === null && body.password !== undefined) {
    throw invalidField('username', 'A password needs a user name.');
  }
  return { ...body, url: body.url === '' ? '' : urlField(body.url) };
}

/** @throws Refusal `invalid_request` */
function requireUrl(url: string): void {
  if (url === '') throw invalidField('url', 'Give the URL of the Pushgateway, for instance http://pushgateway:9091.');
}

function urlField(text: string): string {
  try {
    return gatewayUrl(text);
  } catch (error) {
    throw invalidField('url', (error as Error).message);
  }
}

function checkText(field: string, text: string | null): void {
  if (text === null) return;
  if (forbiddenInNames.test(text) || /\p{Surrogate}/u.test(text)) {
    throw invalidField(
      field,
      'Leave out control characters, line breaks and characters that turn the direction of text.',
    );
  }
}
