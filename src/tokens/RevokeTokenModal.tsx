import { useState } from 'react';
import { t } from '@grafana/i18n';
import { ConfirmModal } from '@grafana/ui';
import type { Token } from '../../contract/api.ts';
import { revokeToken } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { asText } from '../ui/asText.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { ProvisionedNote } from './ProvisionedNote.tsx';

interface Props {
  readonly token: Token;
  readonly onCancel: () => void;
  readonly onRevoked: (token: Token) => void;
  /** Somebody else was faster: the token is revoked, or gone, already. */
  readonly onOutdated: (failure: ApiFailure) => void;
}

/** Asks before it revokes. A refusal is told in the dialog, which stays open for another try. */
export function RevokeTokenModal({ token, onCancel, onRevoked, onOutdated }: Props) {
  const [failure, setFailure] = useState<ApiFailure>();

  async function revoke() {
    setFailure(undefined);
    try {
      onRevoked(await revokeToken(token.id));
    } catch (error) {
      const refused = toFailure(error);
      if (refused.code === 'token_already_revoked' || refused.code === 'token_not_found') onOutdated(refused);
      else setFailure(refused);
    }
  }

  return (
    <ConfirmModal
      isOpen
      title={t('tokens.revoke.title', 'Revoke token')}
      body={
        <>
          {failure && <FailureAlert failure={failure} />}
          <ProvisionedNote token={token} action="revoke" />
          {t(
            'tokens.revoke.question',
            'Are you sure you want to revoke {{name}}? The token will stop authenticating against the Prometheus endpoint immediately. This cannot be undone.',
            { name: token.name, ...asText },
          )}
        </>
      }
      confirmText={t('tokens.revoke.confirm', 'Revoke')}
      dismissText={t('tokens.revoke.cancel', 'Cancel')}
      onConfirm={revoke}
      onDismiss={onCancel}
    />
  );
}
