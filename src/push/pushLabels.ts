import { t } from '@grafana/i18n';
import type { PushFailureReason } from '../../contract/appliance.ts';

/** Why a push failed, in a few words. */
export function failureLabel(reason: PushFailureReason): string {
  switch (reason) {
    case 'unreachable':
      return t('push.reason.unreachable', 'unreachable');
    case 'timeout':
      return t('push.reason.timeout', 'timed out');
    case 'unauthorized':
      return t('push.reason.unauthorized', 'user name or password rejected');
    case 'refused':
      return t('push.reason.refused', 'push rejected, or not a Pushgateway');
    case 'server_error':
      return t('push.reason.server-error', 'Pushgateway error');
    default:
      return reason;
  }
}
