import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { Token } from '../../../contract/api.ts';

/** Marks a token that the configuration brought in, and says what that means; nothing for one that was created here. */
export function OriginBadge({ token }: { readonly token: Token }) {
  if (token.origin !== 'provisioned') return null;
  return (
    <Badge
      color="blue"
      icon="file-alt"
      text={t('origin.provisioned', 'Provisioned')}
      tooltip={t(
        'origin.provisioned-meaning',
        'It is defined in the appliance’s configuration: at each start its name, expiry and scope are taken from that file. Removing it from the file revokes it, too.',
      )}
    />
  );
}
