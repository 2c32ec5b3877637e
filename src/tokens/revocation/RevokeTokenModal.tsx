import { useState } from 'react';
import { t } from '@grafana/i18n';
import type { Token } from '../../../contract/api.ts';
import { revokeToken } from '../../api/client.ts';
import { toFailure, type ApiFailure } from '../../api/failure.ts';
import { asText } from '../../lib/asText.ts';
import { DialogDetails } from '../../ui/DialogDetails.tsx';
import { FailureAlert } from '../../ui/FailureAlert.tsx';
import type { Detail } from '../../ui/DetailList.tsx';
import { ConfirmModal } from '../../ui/dialogs.tsx';
import { usageDetails } from '../../ui/usageDetails.tsx';
import { InUseAlert } from './InUseAlert.tsx';
import { prefixDetail } from '../fields/prefixDetail.tsx';
import { ProvisionedNote } from '../fields/ProvisionedNote.tsx';

interface Props {
  readonly token: Token;
  readonly onCancel: () => void;
  readonly onRevoked: (token: Token) => void;
  /** Somebody else was faster: the token is revoked, or gone, already. */
  readonly onOutdated: (failure: ApiFailure) => void;
}

/** Asks before it revokes, and says which token that is: after a rotation two have the same name. A refusal is told in the dialog, which stays open for another try. */
export function RevokeTokenModal({ token, onCancel, onRevoked, onOutdated }: Props) {
  const [failure, setFailure] = useState<ApiFailure>();

  async function revoke() {
    setFailure(undefined);
    try {
      onRevoked(await revokeToken(token.id));
    } catch (error) {
      const rejection = toFailure(error);
      if (rejection.code === 'token_already_revoked' || rejection.code === 'token_not_found') onOutdated(rejection);
      else setFailure(rejection);
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
          <InUseAlert token={token} />
          {t(
            'tokens.revoke.question',
            'Are you sure you want to revoke {{name}}? The token will stop authenticating against the Prometheus endpoint immediately. This cannot be undone.',
            { name: token.name, ...asText },
          )}
          <DialogDetails details={[prefixDetail(token.prefix), ...usageDetails(token), ...place(token)]} />
        </>
      }
      confirmText={t('tokens.revoke.confirm', 'Revoke')}
      dismissText={t('tokens.revoke.cancel', 'Cancel')}
      onConfirm={revoke}
      onDismiss={onCancel}
    />
  );
}

/** Which of the two it is that a rotation gave the same name. */
function place({ predecessorId, successorId }: Token): Detail[] {
  const label = t('chain.title', 'Rotation');
  if (successorId) return [{ label, value: t('tokens.revoke.old', 'The old one: a newer token replaces it.') }];
  return predecessorId ? [{ label, value: t('tokens.revoke.new', 'The new one: it replaces an older token.') }] : [];
}
