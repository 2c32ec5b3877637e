import { t } from '@grafana/i18n';
import { Alert } from '@grafana/ui';
import type { Token } from '../../../contract/api.ts';

interface Props {
  readonly token: Token;
  /** What is about to be done to it. */
  readonly action: 'revoke' | 'rotate';
}

/** What it means to end a token that the configuration brought in; nothing for one that was created here. */
export function ProvisionedNote({ token, action }: Props) {
  if (token.origin !== 'provisioned') return null;
  return (
    <Alert severity="info" title={t('origin.note', 'This token comes from the appliance’s configuration')}>
      {action === 'revoke'
        ? t(
            'origin.note-revoke',
            'Revoked here it stays revoked, even if it is still in the file. Remove it there, too.',
          )
        : t(
            'origin.note-rotate',
            'The new token is kept here and not in the file. Once the old one is revoked it stays so, even if it is still in the file. Remove it there, too.',
          )}
    </Alert>
  );
}
