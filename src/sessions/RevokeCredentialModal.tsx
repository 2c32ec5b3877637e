import { useState } from 'react';
import { t } from '@grafana/i18n';
import { Alert } from '@grafana/ui';
import type { Credential } from '../../contract/api.ts';
import { revokeCredential } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { asText } from '../lib/asText.ts';
import { DialogDetails } from '../ui/DialogDetails.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { ConfirmModal } from '../ui/dialogs.tsx';
import { usageDetails } from '../ui/usageDetails.tsx';
import { roleName } from './roleName.ts';

interface Props {
  readonly credential: Credential;
  readonly onCancel: () => void;
  readonly onRevoked: (credential: Credential) => void;
  /** Somebody else was faster: it is revoked, or gone, already. */
  readonly onOutdated: (failure: ApiFailure) => void;
}

/** Asks before it revokes, and says which credential that is: names need not differ. A refusal is told in the dialog, which stays open for another try. */
export function RevokeCredentialModal({ credential, onCancel, onRevoked, onOutdated }: Props) {
  const [failure, setFailure] = useState<ApiFailure>();

  async function revoke() {
    setFailure(undefined);
    try {
      onRevoked(await revokeCredential(credential.id));
    } catch (error) {
      const rejection = toFailure(error);
      if (rejection.code === 'credential_already_revoked' || rejection.code === 'credential_not_found')
        onOutdated(rejection);
      else setFailure(rejection);
    }
  }

  return (
    <ConfirmModal
      isOpen
      title={t('sessions.revoke.title', 'Revoke credential')}
      body={
        <>
          {failure && <FailureAlert failure={failure} />}
          {credential.role === 'grafana' && (
            <Alert
              severity="warning"
              title={t('sessions.revoke.grafana', 'This may be the credential of this Grafana.')}
            >
              {t(
                'sessions.revoke.grafana-body',
                'If it is, every page of this plugin stops working until another one is put into the plugin’s settings.',
              )}
            </Alert>
          )}
          {credential.catalogue !== null && (
            <Alert
              severity="info"
              title={t('sessions.revoke.reporter', 'It reports for the catalogue {{catalogue}}.', {
                catalogue: credential.catalogue,
                ...asText,
              })}
            >
              {t(
                'sessions.revoke.reporter-body',
                'Its last report expires; after that the catalogue has no metrics unless another reporter sends them.',
              )}
            </Alert>
          )}
          {t(
            'sessions.revoke.question',
            'Are you sure you want to revoke {{name}}? Requests with it are rejected from now on. This cannot be undone.',
            { name: credential.name, ...asText },
          )}
          <DialogDetails
            details={[
              { label: t('sessions.detail.id', 'ID'), value: <code>{credential.id}</code> },
              { label: t('sessions.column.role', 'Role'), value: roleName(credential.role) },
              ...usageDetails(credential),
            ]}
          />
        </>
      }
      confirmText={t('sessions.revoke.confirm', 'Revoke')}
      dismissText={t('sessions.revoke.cancel', 'Cancel')}
      onConfirm={revoke}
      onDismiss={onCancel}
    />
  );
}
