import { useEffect } from 'react';
import { usePluginContext } from '@grafana/data';
import type { Integration, Token } from '../../contract/api.ts';
import type { IssuedToken } from '../api/client.ts';
import type { ApiFailure } from '../api/failure.ts';
import type { PluginSettings } from '../lib/constants.ts';
import { CreateTokenModal } from './CreateTokenModal.tsx';
import { DiagnoseTokenModal } from './diagnosis/DiagnoseTokenModal.tsx';
import { RevealTokenModal } from './reveal/RevealTokenModal.tsx';
import { RevokeTokenModal } from './revocation/RevokeTokenModal.tsx';
import { RotateTokenModal } from './rotation/RotateTokenModal.tsx';
import type { Catalogues } from './fields/scope.ts';
import { scrapeUrl } from '../prometheus/scrapeUrl.ts';

/** The dialog that is open. One leads to another: what was created or rotated is revealed. */
export type Dialog =
  | { readonly kind: 'create' }
  | { readonly kind: 'reveal'; readonly issued: IssuedToken }
  | { readonly kind: 'revoke'; readonly token: Token }
  | { readonly kind: 'rotate'; readonly token: Token }
  | { readonly kind: 'diagnose' };

interface Props {
  readonly dialog: Dialog;
  readonly integration: Integration | undefined;
  readonly catalogues: Catalogues;
  readonly onDialog: (dialog: Dialog | undefined) => void;
  /** A token is different now. Has to stay the same function from render to render, as has `onChanged`. */
  readonly onToken: (token: Token) => void;
  /** The listing is different now. */
  readonly onChanged: () => void;
  /** The details of a token are asked for. */
  readonly onShow: (tokenId: string) => void;
  /** Somebody else was faster. */
  readonly onOutdated: (failure: ApiFailure) => void;
}

/** The dialogs of the token page, of which one is open at a time. */
export function TokenDialogs(props: Props) {
  const { dialog, integration, catalogues, onDialog, onToken, onChanged, onShow, onOutdated } = props;
  const settings = usePluginContext<PluginSettings>()?.meta.jsonData;
  const maxDays = integration?.maxTokenLifetimeDays ?? null;
  const close = () => onDialog(undefined);

  // However the dialog goes away, the secret goes with it.
  useEffect(() => (dialog.kind === 'reveal' ? () => dialog.issued.secret.destroy() : undefined), [dialog]);

  function onIssued(issued: IssuedToken) {
    onDialog({ kind: 'reveal', issued });
    onChanged();
  }
  function giveUp(failure: ApiFailure) {
    onOutdated(failure);
    onChanged();
    close();
  }

  switch (dialog.kind) {
    case 'create':
      return <CreateTokenModal maxDays={maxDays} catalogues={catalogues} onCancel={close} onCreated={onIssued} />;
    case 'diagnose':
      return (
        <DiagnoseTokenModal
          catalogues={catalogues}
          onClose={close}
          onShow={(tokenId) => {
            close();
            onShow(tokenId);
          }}
        />
      );
    case 'rotate':
      return (
        <RotateTokenModal
          token={dialog.token}
          maxDays={maxDays}
          onCancel={close}
          onRotated={onIssued}
          onOutdated={giveUp}
        />
      );
    case 'reveal':
      return (
        <RevealTokenModal
          {...dialog.issued}
          address={scrapeUrl(integration?.publicUrl, settings?.backendUrl)}
          catalogues={catalogues}
          isEnabled={integration?.status !== 'disabled'}
          onScraped={onToken}
          onSwitched={onChanged}
          onSaved={close}
        />
      );
    case 'revoke':
      return (
        <RevokeTokenModal
          token={dialog.token}
          onCancel={close}
          onRevoked={(token) => {
            onToken(token);
            close();
          }}
          onOutdated={giveUp}
        />
      );
  }
}
