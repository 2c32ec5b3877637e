import { css } from '@emotion/css';
import { useEffect, useRef } from 'react';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, Field, Input, Stack, useStyles2 } from '@grafana/ui';
import type { Token } from '../../../contract/api.ts';
import { testIds } from '../../lib/testIds.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { DetailList, type Detail } from '../../ui/DetailList.tsx';
import type { IssuedToken } from '../../api/client.ts';
import { FirstScrape } from './FirstScrape.tsx';
import { RotationStatus } from '../rotation/RotationStatus.tsx';
import { ScrapeConfigPicker } from './ScrapeConfigPicker.tsx';
import { isUsualScope, scopeText, type Catalogues } from '../fields/scope.ts';
import type { ScrapeUrl } from '../../prometheus/scrapeUrl.ts';
import { jobsOf } from './scrapeJobs.ts';
import { useLeaveConfirmation } from './useLeaveConfirmation.ts';
import { Modal } from '../../ui/dialogs.tsx';
import { selectAll } from '../../ui/fieldEvents.ts';

interface Props extends IssuedToken {
  readonly address: ScrapeUrl;
  readonly catalogues: Catalogues;
  readonly isEnabled: boolean;
  readonly onScraped: (token: Token) => void;
  /** The token's predecessor has been revoked, because this one has taken over or the time was up. */
  readonly onSwitched: () => void;
  readonly onSaved: () => void;
}

/** Shows the token's value for the only time. One button closes it; Escape, a click outside and Back do not. */
export function RevealTokenModal(props: Props) {
  const { token, secret, predecessor, address, catalogues, isEnabled, onScraped, onSwitched, onSaved } = props;
  const styles = useStyles2(getStyles);
  const value = useRef<HTMLInputElement>(null);
  useLeaveConfirmation(t('tokens.reveal.leave', 'The token value is shown only once. Leave without having saved it?'));

  // Written into the element itself: as a prop React would keep a copy of it after the dialog is gone.
  useEffect(() => {
    const input = value.current;
    if (!input) return;
    input.value = secret.read() ?? '';
    return () => {
      input.value = '';
    };
  }, [secret]);

  return (
    <Modal
      isOpen
      title={
        predecessor ? t('tokens.reveal.title-rotated', 'Token rotated') : t('tokens.reveal.title', 'Token created')
      }
      className={styles.modal}
      closeOnEscape={false}
      closeOnBackdropClick={false}
      onDismiss={stay}
    >
      <div data-testid={testIds.reveal}>
        <Alert
          severity="warning"
          title={t('tokens.reveal.warning', 'This is the only time the token value will be shown.')}
        >
          {t(
            'tokens.reveal.warning-body',
            'Copy it now — it cannot be retrieved later. The database stores only a hash of the token, not the value itself.',
          )}
        </Alert>
        <Stack direction="column" gap={2}>
          <Field noMargin label={t('tokens.reveal.value', 'Token')} htmlFor="vitals-secret">
            <div className={styles.value}>
              <Input
                id="vitals-secret"
                ref={value}
                readOnly
                className={styles.input}
                autoComplete="off"
                spellCheck={false}
                data-testid={testIds.secret}
                onFocus={selectAll}
              />
              <CopyButton from={value} label={t('tokens.reveal.copy', 'Copy the token')} />
            </div>
          </Field>
          <DetailList details={summary(token, predecessor, catalogues)} />
          <ScrapeConfigPicker key={address.url} address={address} jobs={jobsOf(token, catalogues)} />
        </Stack>
        <Modal.ButtonRow
          leftItems={
            predecessor?.status === 'active' ? (
              <RotationStatus tokenId={token.id} isEnabled={isEnabled} onDone={onSwitched} />
            ) : (
              <FirstScrape tokenId={token.id} isEnabled={isEnabled} onScraped={onScraped} />
            )
          }
        >
          <Button onClick={onSaved}>
            <Trans i18nKey="tokens.reveal.saved">I have saved my token</Trans>
          </Button>
        </Modal.ButtonRow>
      </div>
    </Modal>
  );
}

function summary(token: Token, predecessor: Token | undefined, catalogues: Catalogues): Detail[] {
  return [
    { label: t('tokens.column.name', 'Name'), value: <bdi>{token.name}</bdi> },
    {
      label: t('tokens.column.expires', 'Expires'),
      value: token.expiresAt ? dateTimeFormat(token.expiresAt) : t('tokens.never-expires', 'Never'),
    },
    ...(isUsualScope(token) ? [] : [{ label: t('scope.label', 'Scope'), value: scopeText(token, catalogues) }]),
    ...(predecessor
      ? [{ label: t('tokens.reveal.replaces', 'Replaces'), value: <Replaced predecessor={predecessor} /> }]
      : []),
  ];
}

function Replaced({ predecessor }: { readonly predecessor: Token }) {
  return (
    <>
      <code>{predecessor.prefix}…</code>{' '}
      {predecessor.status === 'revoked' && t('tokens.reveal.replaced-now', '(revoked: it stopped working)')}
    </>
  );
}

function stay(): void {}

const getStyles = (theme: GrafanaTheme2) => ({
  // The cross in the corner would lose the token by accident: the single button is the way out.
  // Not by its display: where something has replaced ResizeObserver, the dialog's focus trap asks for visibility alone, gives
  // the focus to what is not displayed, and Tab ends there.
  modal: css({ '& [data-testid*="Close"], & [aria-label="Close"]': { visibility: 'hidden' } }),
  value: css({ display: 'flex', gap: theme.spacing(1), flexWrap: 'wrap' }),
  input: css({ flex: '1 1 240px', '& input': { fontFamily: theme.typography.fontFamilyMonospace } }),
});
