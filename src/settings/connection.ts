import { t } from '@grafana/i18n';
import type { Health } from '../../contract/api.ts';
import { explain, type Explanation } from '../api/explain.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { asText } from '../lib/asText.ts';
import { reachAdvice } from './reachAdvice.ts';

/** The checks of the chain from Grafana to the backend, in the order in which they are tried. */
export const checks = ['reach', 'credential', 'role', 'identity', 'version'] as const;
export type Check = (typeof checks)[number];

export type CheckResult = 'passed' | 'failed' | 'skipped';
type CheckResults = Readonly<Record<Check, CheckResult>>;

/** What a connection test found. */
export type Connection = { readonly results: CheckResults } & (
  | { readonly isWhole: true; readonly health: Health }
  | {
      readonly isWhole: false;
      readonly explanation: Explanation;
      /** Whether the settings can be right all the same: what is wrong is not in them, or the backend is not up yet. */
      readonly isPlausible: boolean;
    }
);

/** Checks the backend's health, through the plugin proxy, and says of each check only what the answer proves. */
export async function testConnection(
  ask: () => Promise<Health>,
  { url, pluginVersion }: { readonly url: string; readonly pluginVersion: string },
): Promise<Connection> {
  try {
    return judge(await ask(), pluginVersion);
  } catch (error) {
    const failure = toFailure(error);
    return {
      isWhole: false,
      results: resultsBy(failure),
      explanation: remedy(failure, url),
      isPlausible: isPlausible(failure),
    };
  }
}

/** An answer is not enough: the credential has to be one that acts for Grafana's users, and the versions have to fit. */
function judge(health: Health, pluginVersion: string): Connection {
  const { caller, version } = health;
  if (caller.credential !== 'grafana') {
    const explanation = wrongRole(caller.credential);
    return { isWhole: false, results: failedAt('role'), explanation, isPlausible: false };
  }
  if (release(version) === release(pluginVersion)) return { isWhole: true, results: upTo(checks.length), health };
  const explanation = {
    title: t('connection.version.title', 'Plugin {{plugin}} and backend {{backend}} are not compatible.', {
      plugin: pluginVersion,
      backend: version,
      ...asText,
    }),
    advice: t('connection.version.advice', 'Install the same release of both.'),
  };
  return { isWhole: false, results: failedAt('version'), explanation, isPlausible: true };
}

function resultsBy({ kind, code }: ApiFailure): CheckResults {
  switch (kind) {
    case 'unreachable':
    case 'timed_out':
    case 'redirected':
    case 'not_vitals':
      return failedAt('reach');
    case 'other_version':
      return { ...upTo(1), version: 'failed' };
    case 'rejected':
      break;
    default:
      return upTo(0);
  }
  switch (code) {
    case 'unauthorized':
    case 'too_many_attempts':
      return failedAt('credential');
    case 'wrong_credential_role':
    case 'forbidden':
      return failedAt('role');
    case 'identity_not_verified':
      return failedAt('identity');
    case 'not_found':
    case 'invalid_path':
      return failedAt('reach');
    default:
      return upTo(1);
  }
}

function isPlausible({ kind, code }: ApiFailure): boolean {
  if (kind !== 'rejected') return kind === 'unreachable' || kind === 'timed_out' || kind === 'other_version';
  return code === 'identity_not_verified' || code === 'unavailable' || code === 'internal_error';
}

/** The first checks passed, and the others were not made. */
function upTo(count: number): CheckResults {
  const results = checks.map((check, index) => [check, index < count ? 'passed' : 'skipped']);
  return Object.fromEntries(results) as CheckResults;
}

const failedAt = (check: Check): CheckResults => ({ ...upTo(checks.indexOf(check)), [check]: 'failed' });

/** What the settings page can say better than any other page: here the settings are at hand. */
function remedy(failure: ApiFailure, url: string): Explanation {
  const { title, advice } = explain(failure);
  if (failure.code === 'forbidden' || failure.code === 'wrong_credential_role') return wrongRole();
  if (failure.isCredentialRefused) {
    const newOne = t(
      'connection.credential.advice',
      'It is mistyped, expired, revoked, or of another installation. Issue a new one on the appliance with “vitals credential issue --role grafana --name Grafana --ttl 365d”, reset the field and paste it.',
    );
    const { detail } = failure.problem ?? {};
    return { title, advice: failure.code === 'too_many_attempts' && detail ? `${newOne} ${detail}` : newOne };
  }
  return { title, advice: reachAdvice(failure, url) ?? advice };
}

function wrongRole(role?: string): Explanation {
  return {
    title: role
      ? t('connection.role.title', 'The service credential has the role {{role}} instead of grafana.', {
          role,
          ...asText,
        })
      : t('connection.role.title-unknown', 'The service credential has the wrong role.'),
    advice: t(
      'connection.role.advice',
      'Only a credential with the role grafana acts for the user who is signed in. Issue one on the appliance with “vitals credential issue --role grafana --name Grafana --ttl 365d”, reset the field and paste it.',
    ),
  };
}

/** Releases fit when their major version is the same; before 1.0, their minor version as well. */
function release(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  return major === '0' ? `0.${minor}` : major;
}
