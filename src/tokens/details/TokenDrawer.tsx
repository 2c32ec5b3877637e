import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, LoadingPlaceholder, Stack, useStyles2 } from '@grafana/ui';
import type { Token } from '../../../contract/api.ts';
import { tokenDetailsQuery } from '../../api/queries.ts';
import { FailureAlert } from '../../ui/FailureAlert.tsx';
import { Drawer } from '../../ui/dialogs.tsx';
import { usePolling } from '../../ui/useRequest.ts';
import { WarningList } from '../fields/TokenWarnings.tsx';
import { canBeRotated } from '../rotation/canBeRotated.ts';
import type { Catalogues } from '../fields/scope.ts';
import { ConsumersSection } from './ConsumersSection.tsx';
import { TokenChain } from './TokenChain.tsx';
import { TokenDetails } from './TokenDetails.tsx';

const ASK_EVERY_MS = 10_000;

interface Props {
  readonly tokenId: string;
  readonly catalogues: Catalogues;
  readonly onClose: () => void;
  /** Shows another token of the chain instead. */
  readonly onShow: (tokenId: string) => void;
  readonly onRotate: (token: Token) => void;
  readonly onRevoke: (token: Token) => void;
}

/** All that is known of one token: itself, what it replaces and what replaces it, and who uses it. */
export function TokenDrawer({ tokenId, catalogues, onClose, onShow, onRotate, onRevoke }: Props) {
  const { value: details, failure, refresh } = usePolling(tokenDetailsQuery(tokenId), ASK_EVERY_MS);
  return (
    <Drawer
      size="md"
      title={<Title text={details?.token.name ?? t('details.title', 'Token details')} />}
      onClose={onClose}
    >
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {!details && !failure && <LoadingPlaceholder text={t('details.loading', 'Loading details…')} />}
      {details && (
        <Stack direction="column" gap={3}>
          <Actions token={details.token} onRotate={onRotate} onRevoke={onRevoke} />
          <WarningList warnings={details.token.concerns} />
          <TokenDetails token={details.token} catalogues={catalogues} />
          <TokenChain token={details.token} rotation={details.rotation} onShow={onShow} />
          <ConsumersSection consumers={details.consumers} />
        </Stack>
      )}
    </Drawer>
  );
}

/** In full, however long: as a plain string the drawer would cut it off. */
function Title({ text }: { readonly text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <h3 className={styles.title}>
      <bdi>{text}</bdi>
    </h3>
  );
}

function Actions({ token, onRotate, onRevoke }: { readonly token: Token } & Pick<Props, 'onRotate' | 'onRevoke'>) {
  if (token.status === 'revoked') return null;
  return (
    <Stack gap={1} wrap="wrap">
      {canBeRotated(token) && (
        <Button icon="sync" variant="secondary" onClick={() => onRotate(token)}>
          <Trans i18nKey="details.rotate">Rotate</Trans>
        </Button>
      )}
      <Button icon="trash-alt" variant="destructive" fill="outline" onClick={() => onRevoke(token)}>
        <Trans i18nKey="details.revoke">Revoke</Trans>
      </Button>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  title: css({ margin: theme.spacing(0, 4, 0, 0), overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }),
});
