import { t } from '@grafana/i18n';
import type { PushSettings, PushSettingsBody } from '../../contract/api.ts';
import { pushLimits, USUAL_PUSH_JOB } from '../../contract/push-limits.ts';
import type { ApiFailure } from '../api/failure.ts';
import { readNumber } from '../ui/durations.ts';
import type { Errors } from '../ui/useForm.ts';

/** The settings as they stand in the editor: what is typed, whether or not it makes sense. */
export interface PushDraft {
  readonly enabled: boolean;
  readonly url: string;
  readonly job: string;
  readonly instance: string;
  readonly interval: string;
  /** Empty: no authentication. */
  readonly username: string;
  readonly password: string;
  /** The password that the appliance keeps is to stay. */
  readonly keepsPassword: boolean;
}

export type PushField = Exclude<keyof PushDraft, 'enabled' | 'keepsPassword'>;
export type PushErrors = Errors<PushField>;

/** What the editor calls the fields that the backend names in its refusals. */
const fieldsOfBody: Readonly<Record<string, PushField>> = {
  url: 'url',
  job: 'job',
  instance: 'instance',
  intervalSeconds: 'interval',
  username: 'username',
  password: 'password',
};

export function draftOf(settings: PushSettings): PushDraft {
  const { enabled, url, job, instance, intervalSeconds, username, hasPassword } = settings;
  return {
    enabled,
    url,
    job: job || USUAL_PUSH_JOB,
    instance,
    interval: String(intervalSeconds),
    username: username ?? '',
    password: '',
    keepsPassword: hasPassword,
  };
}

/** The draft as the backend takes it. Only what has no errors may be sent. */
export function bodyOf(draft: PushDraft): PushSettingsBody {
  const { enabled, job, instance, username, password, keepsPassword } = draft;
  return {
    enabled,
    url: draft.url.trim(),
    job: job.trim(),
    instance: instance.trim(),
    intervalSeconds: readNumber(draft.interval),
    username: username.trim() || null,
    ...(username.trim() !== '' && !keepsPassword && password !== '' && { password }),
  };
}

/** What is wrong with the draft, field by field, by the backend's own limits. @param needsUrl because it is to be used */
export function pushErrors(draft: PushDraft, needsUrl: boolean): PushErrors {
  const { url, job, instance, interval, username, password, keepsPassword } = draft;
  return {
    url: url.trim() === '' && !needsUrl ? undefined : urlError(url.trim()),
    job:
      job.trim() === ''
        ? t('push.error.job', 'Give it a job: the label by which its series are found.')
        : lengthError(job, pushLimits.label),
    instance: lengthError(instance, pushLimits.label),
    interval: intervalError(readNumber(interval)),
    username: lengthError(username, pushLimits.user),
    password:
      username.trim() !== '' && password === '' && !keepsPassword
        ? t('push.error.password', 'Enter the password that belongs to the user name.')
        : undefined,
  };
}

/** A refusal that is about fields of the editor, for the lines under them. */
export function blamedFields({ code, problem }: ApiFailure): PushErrors | undefined {
  if (code !== 'invalid_request') return undefined;
  const known = (problem?.errors ?? []).flatMap(({ field, message }) => {
    const name = fieldsOfBody[field];
    return name ? [[name, message]] : [];
  });
  return known.length > 0 ? (Object.fromEntries(known) as PushErrors) : undefined;
}

function urlError(url: string): string | undefined {
  if (url === '') return t('push.error.no-url', 'Enter the address of the Pushgateway.');
  if (url.length > pushLimits.url) return tooLong(pushLimits.url);
  if (!URL.canParse(url)) {
    return t('push.error.url', 'This is no URL. Write it as https://pushgateway.example.com:9091.');
  }
  const { protocol, username, password, search, hash } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return t('push.error.scheme', 'The address has to begin with https:// or http://.');
  }
  if (username || password) {
    return t('push.error.user', 'Leave user name and password out: they have fields of their own.');
  }
  return search || hash ? t('push.error.query', 'Leave out everything after the path.') : undefined;
}

function intervalError(seconds: number): string | undefined {
  const { min, max } = pushLimits.interval;
  if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return undefined;
  return t('push.error.interval', 'Give a whole number of seconds from {{min}} to {{max}}.', { min, max });
}

const lengthError = (text: string, max: number) => (text.trim().length > max ? tooLong(max) : undefined);

const tooLong = (max: number) =>
  t('push.error.too-long', 'This is longer than {{max}} characters. Shorten it.', { max });

/** True when the password would cross a network unencrypted. */
export function isUnencrypted({ url, username }: PushDraft): boolean {
  if (username.trim() === '' || urlError(url.trim())) return false;
  const { protocol, hostname } = new URL(url.trim());
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
