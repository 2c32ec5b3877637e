import { t } from '@grafana/i18n';
import type { RefusalCode } from '../../contract/refusals.ts';
import { asText } from '../lib/asText.ts';
import type { ApiFailure } from './failure.ts';
import { LIMIT_MS } from './limits.ts';

/** A failure in words: what happened, and what the person in front of the page can do about it. */
export interface Explanation {
  readonly title: string;
  readonly advice: string;
  /** True where the remedy is in the plugin's settings. */
  readonly isSetting?: boolean;
}

/** The page's words for every way a call can fail. */
export function explain(failure: ApiFailure): Explanation {
  const explanation = failure.problem ? explainRefusal(failure) : explainWay(failure);
  if (!failure.isLost) return explanation;
  const advice = `${explanation.advice} ${t('failure.lost', 'It is not known whether the change was made: check before you try again.')}`;
  return { ...explanation, advice };
}

function explainRefusal(failure: ApiFailure): Explanation {
  const title = (failure.code && refusalTitle(failure.code)) ?? failure.problem?.title ?? '';
  return { title, advice: refusalAdvice(failure), isSetting: isAboutSettings(failure) };
}

const isAboutSettings = ({ code, isCredentialRefused }: ApiFailure) =>
  isCredentialRefused || code === 'not_found' || code === 'invalid_path';

/** For what went wrong before the backend could say anything. */
function explainWay({ kind, status }: ApiFailure): Explanation {
  switch (kind) {
    case 'denied':
      return {
        title: t('failure.denied.title', 'Your role in Grafana does not allow this.'),
        advice: t('failure.denied.advice', 'It is for administrators of this organisation. Ask one of them.'),
      };
    case 'signed_out':
      return {
        title: t('failure.signed-out.title', 'Grafana does not recognise your session any more.'),
        advice: t('failure.signed-out.advice', 'Sign in to Grafana again, then come back to this page.'),
      };
    case 'disabled':
      return {
        title: t('failure.disabled.title', 'Vitals is not enabled in this organisation any more.'),
        advice: t('failure.disabled.advice', 'An administrator can enable it again on the configuration page.'),
        isSetting: true,
      };
    case 'unreachable':
      return {
        title: t('failure.unreachable.title', 'The Vitals backend cannot be reached.'),
        advice: t(
          'failure.unreachable.advice',
          "Check that it is running and that Grafana's server can reach the address in the plugin's settings. Grafana's log has the exact cause.",
        ),
        isSetting: true,
      };
    case 'timed_out':
      return {
        title: t('failure.unreachable.title', 'The Vitals backend cannot be reached.'),
        advice: t(
          'failure.timed-out.advice',
          "No answer came within {{seconds}} seconds. Check that it is running, and that no firewall drops what Grafana's server sends to the address in the plugin's settings.",
          { seconds: LIMIT_MS / 1000 },
        ),
        isSetting: true,
      };
    case 'grafana_unreachable':
      return {
        title: t('failure.grafana.title', 'Grafana cannot be reached.'),
        advice: t('failure.grafana.advice', 'Check your network, and that Grafana is running. Then try again.'),
      };
    case 'cancelled':
      return {
        title: t('failure.cancelled.title', 'The request was cancelled.'),
        advice: t('failure.cancelled.advice', 'Another part of Grafana ended it. Try again.'),
      };
    case 'redirected':
      return {
        title: t('failure.redirected.title', 'The service at the configured address is not a Vitals backend.'),
        advice: t(
          'failure.redirected.advice',
          "Most likely it redirects to another address, which Vitals never does. Enter in the plugin's settings where it redirects to, often the same with https://.",
        ),
        isSetting: true,
      };
    case 'not_vitals':
      return {
        title: t('failure.not-vitals.title', 'The service at the configured address is not a Vitals backend.'),
        advice: t(
          'failure.not-vitals.advice',
          "It answered with status {{status}}. Check the backend URL in the plugin's settings: scheme, host and port, without a path.",
          { status },
        ),
        isSetting: true,
      };
    case 'other_version':
      return {
        title: t('failure.other-version.title', 'The Vitals backend has a different API version.'),
        advice: t('failure.other-version.advice', 'Install the same release of the plugin and of the backend.'),
      };
    default:
      return {
        title: t('failure.proxy.title', 'Grafana could not forward the request to the backend.'),
        advice: t(
          'failure.proxy.advice',
          "Check the backend URL and the service credential in the plugin's settings; Grafana's log has the details.",
        ),
        isSetting: true,
      };
  }
}

function refusalTitle(code: RefusalCode): string | undefined {
  switch (code) {
    case 'unauthorized':
    case 'too_many_attempts':
      return t('refusal.unauthorized.title', "The backend refused Grafana's service credential.");
    case 'identity_not_verified':
      return t('refusal.identity.title', 'The backend could not verify who you are.');
    case 'wrong_credential_role':
      return t('refusal.wrong-role.title', 'The service credential cannot act for Grafana’s users.');
    case 'forbidden':
      return t('refusal.forbidden.title', 'Your role does not allow this.');
    case 'not_found':
      return t('refusal.not-found.title', 'The backend does not know this address.');
    case 'invalid_path':
      return t('refusal.invalid-path.title', 'The backend does not accept this URL path.');
    case 'token_not_found':
      return t('refusal.token-not-found.title', 'This scrape token does not exist.');
    case 'token_already_revoked':
      return t('refusal.already-revoked.title', 'This scrape token has already been revoked.');
    case 'expiry_in_the_past':
      return t('refusal.expiry.title', 'The expiry has to be in the future.');
    case 'expiry_required':
      return t('refusal.expiry-required.title', 'On this appliance every scrape token has to expire.');
    case 'expiry_too_late':
      return t('refusal.expiry-too-late.title', 'The expiry is later than this appliance allows.');
    case 'token_not_active':
      return t('refusal.not-active.title', 'Only an active scrape token can be rotated.');
    case 'token_already_rotated':
      return t('refusal.already-rotated.title', 'This scrape token has a successor already.');
    case 'alarm_not_found':
      return t('refusal.alarm-not-found.title', 'This alarm does not exist.');
    case 'alarm_not_firing':
      return t('refusal.alarm-not-firing.title', 'This alarm is not firing any more.');
    case 'alarm_rule_not_found':
      return t('refusal.rule-not-found.title', 'This alarm rule does not exist.');
    case 'alarm_rule_built_in':
      return t('refusal.rule-built-in.title', 'A built-in rule cannot be deleted.');
    case 'too_many_alarm_rules':
      return t('refusal.too-many-rules.title', 'The maximum number of alarm rules is reached.');
    case 'notification_not_found':
      return t('refusal.notification-not-found.title', 'This notification does not exist any more.');
    case 'credential_not_found':
      return t('refusal.credential-not-found.title', 'This credential does not exist.');
    case 'credential_already_revoked':
      return t('refusal.credential-revoked.title', 'This credential has already been revoked.');
    case 'push_unavailable':
      return t('refusal.push-unavailable.title', 'Nothing can be pushed while the Prometheus integration is disabled.');
    case 'invalid_request':
      return t('refusal.invalid.title', 'The backend does not accept this.');
    case 'storage_full':
      return t('refusal.storage-full.title', 'The disk of the appliance is full.');
    case 'unavailable':
      return t('refusal.unavailable.title', 'The backend cannot answer right now.');
    case 'internal_error':
      return t('refusal.internal.title', 'Something went wrong inside the backend.');
    default:
      return undefined;
  }
}

function refusalAdvice(failure: ApiFailure): string {
  const { problem, code, status } = failure;
  switch (code) {
    case 'unauthorized':
      return unauthorizedAdvice();
    case 'identity_not_verified':
      return (
        problem?.detail ??
        t(
          'refusal.identity.advice',
          "Check auth.grafana in the backend's config.yaml: jwks_url, issuer and org_id have to be those of this Grafana.",
        )
      );
    case 'wrong_credential_role':
      return t(
        'refusal.wrong-role.advice',
        "It has another role than grafana. An administrator can put one of the role grafana into the plugin's settings.",
      );
    case 'not_found':
      return t(
        'refusal.not-found.advice',
        "Check the backend URL in the plugin's settings: scheme, host and port, without a path. Plugin and backend have to be of the same release.",
      );
    case 'invalid_path':
      return t(
        'refusal.invalid-path.advice',
        "Check the backend URL in the plugin's settings: no doubled slash, no encoded characters.",
      );
    case 'forbidden':
      return t('refusal.forbidden.advice', 'Ask an administrator of this organisation.');
    case 'token_not_found':
    case 'token_already_revoked':
    case 'token_not_active':
    case 'token_already_rotated':
    case 'alarm_not_firing':
    case 'alarm_rule_not_found':
    case 'credential_not_found':
    case 'credential_already_revoked':
      return t('refusal.changed.advice', 'This changed in the meantime. The table shows the current state.');
    case 'alarm_not_found':
    case 'notification_not_found':
      return t('refusal.aged.advice', 'It may have been removed because of its age.');
    case 'alarm_rule_built_in':
      return t('refusal.rule-built-in.advice', 'Disable it instead.');
    case 'too_many_alarm_rules':
      return t('refusal.too-many-rules.advice', 'Delete one first.');
    case 'push_unavailable':
      return t(
        'refusal.push-unavailable.advice',
        'Set prometheus.enabled: true in the appliance’s config.yaml and restart the appliance.',
      );
    case 'too_many_attempts':
      return `${unauthorizedAdvice()} ${throttledAdvice(failure)}`;
    case 'expiry_in_the_past':
      return t('refusal.expiry.advice', 'Choose a later date and time, or leave the field empty.');
    case 'expiry_required':
    case 'expiry_too_late':
      return (
        problem?.detail ??
        t(
          'refusal.expiry-policy.advice',
          'Its configuration limits the lifetime of tokens. Choose an earlier date and time.',
        )
      );
    case 'storage_full':
      return t(
        'refusal.storage-full.advice',
        'Nothing was stored. Make room on it and try again. Tokens and credentials can still be revoked.',
      );
    case 'unavailable':
      return t('refusal.unavailable.advice', 'Its database may be busy or missing. Try again shortly.');
    case 'internal_error':
      return t('refusal.internal.advice', "The backend's log has the details under the id {{id}}.", {
        id: problem?.requestId ?? '—',
        ...asText,
      });
    default:
      return problem?.detail ?? t('refusal.other.advice', 'The backend answered with status {{status}}.', { status });
  }
}

const unauthorizedAdvice = () =>
  t(
    'refusal.unauthorized.advice',
    "It is missing, mistyped, expired or revoked. An administrator can put a new one into the plugin's settings.",
  );

/** What comes to the same cause where attempts are counted. */
const throttledAdvice = ({ problem }: ApiFailure) =>
  problem?.detail ??
  t(
    'refusal.throttled.advice',
    'Too many failed attempts came from Grafana’s address; a valid credential is accepted at once.',
  );
