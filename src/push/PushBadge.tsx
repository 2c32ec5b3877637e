import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { PushHealth } from '../../contract/api.ts';

/** How the push is doing, by word and icon: never by colour alone. */
export function PushBadge({ status }: Pick<PushHealth, 'status'>) {
  switch (status) {
    case 'off':
      return <Badge color="darkgrey" icon="pause" text={t('push.status.off', 'Off')} />;
    case 'waiting':
      return <Badge color="blue" icon="clock-nine" text={t('push.status.waiting', 'Waiting for the first push')} />;
    case 'ok':
      return <Badge color="green" icon="check" text={t('push.status.ok', 'Pushing')} />;
    case 'failing':
      return <Badge color="red" icon="times-circle" text={t('push.status.failing', 'Failing')} />;
  }
}
