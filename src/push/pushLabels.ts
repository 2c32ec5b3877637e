import { t } from '@grafana/i18n';
import type { PushFailureReason } from '../../contract/appliance.ts';

/** Why a push failed, in a few words. */
export function failureLabel(reason: PushFailureReason): string {
  switch (reason) {
    case 'unreachable':
      return t('push.reason.unreachable', 'nothing answers there');
    case 'timeout':
      return t('push.reason.timeout', 'it did not answer in time');
    case 'unauthorized':
      return t('push.reason.unauthorized', 'it refuses the user name or the password');
    case 'refused':
      return t('push.reason.refused', 'it refuses what is pushed, or is no Pushgateway');
    case 'server_error':
      return t('push.reason.server-error', 'it failed itself');
    default:
      return reason;
  }
}
