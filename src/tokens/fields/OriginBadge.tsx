import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { Token } from '../../../contract/api.ts';

/** Marks a token that the configuration brought in, and says what that means; nothing for one that was minted here. */
export function OriginBadge({ token }: { readonly token: Token }) {
  if (token.origin !== 'provisioned') return null;
  return (
    <Badge
      color="blue"
      icon="file-alt"
      text={t('origin.provisioned', 'From configuration')}
      tooltip={t(
        'origin.provisioned-meaning',
        'The appliance’s configuration brought it in; at each start its name, its expiry and what it reads follow that file. It is revoked by removing it from the file, too.',
      )}
    />
  );
}
