import { useCallback, useEffect, useState } from 'react';
import { usePluginContext } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, LoadingPlaceholder } from '@grafana/ui';
import type { Token, TokenSort } from '../../contract/api.ts';
import { explain } from '../api/explain.ts';
import type { ApiFailure } from '../api/failure.ts';
import { paths, type PluginSettings } from '../constants.ts';
import { DisabledNotice } from '../integrations/DisabledNotice.tsx';
import { useIntegration } from '../integrations/useIntegration.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { VitalsPage } from '../ui/VitalsPage.tsx';
import { CreateTokenModal, type MintedToken } from './CreateTokenModal.tsx';
import { NoMatch, NoTokens } from './EmptyTokens.tsx';
import { RevealTokenModal } from './RevealTokenModal.tsx';
import { RevokeTokenModal } from './RevokeTokenModal.tsx';
import { scrapeTarget } from './scrapeConfigs.ts';
import { TokenFilters } from './TokenFilters.tsx';
import { TokenPager } from './TokenPager.tsx';
import { TokenTable } from './TokenTable.tsx';
import { useTokenList } from './useTokenList.ts';
import { useTokenQuery } from './useTokenQuery.ts';

type Dialog = { kind: 'create' } | { kind: 'reveal'; minted: MintedToken } | { kind: 'revoke'; token: Token };

/** Integrations > Prometheus Scrape Tokens: every token ever minted, and the ways to mint, rename and revoke one. */
export default function TokensPage() {
  const { query, change } = useTokenQuery();
  const listing = useTokenList(query);
  const { prometheus } = useIntegration();
  const settings = usePluginContext<PluginSettings>()?.meta.jsonData;
  const [dialog, setDialog] = useState<Dialog>();
  const rememberFocus = useReturnFocus(dialog !== undefined);
  const [outdated, setOutdated] = useState<ApiFailure>();
  const { list, failure, refresh, replace } = listing;
  const isDisabled = prometheus?.status === 'disabled';
  const isBare = list?.total === 0 && !listing.isLoading && !query.search && !query.status;

  const onSort = useCallback((sort: TokenSort) => change({ sort }), [change]);
  const onRevoke = useCallback(
    (token: Token) => {
      rememberFocus();
      setDialog({ kind: 'revoke', token });
    },
    [rememberFocus],
  );
  const onCreate = () => {
    rememberFocus();
    setDialog({ kind: 'create' });
  };

  // However the dialog goes away, the secret goes with it.
  useEffect(() => (dialog?.kind === 'reveal' ? () => dialog.minted.secret.destroy() : undefined), [dialog]);

  const close = () => setDialog(undefined);
  const createButton = (
    <Button icon="plus" onClick={onCreate}>
      <Trans i18nKey="tokens.create.open">Create Token</Trans>
    </Button>
  );
  return (
    <VitalsPage
      pageNav={{ text: t('tokens.page.title', 'Prometheus Scrape Tokens'), url: paths.tokens }}
      subTitle={t(
        'tokens.page.subtitle',
        'Each token lets one monitoring stack scrape platform-health metrics from the appliance, and nothing else.',
      )}
      actions={list && createButton}
    >
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {outdated && (
        <Alert severity="info" title={explain(outdated).title} onRemove={() => setOutdated(undefined)}>
          {explain(outdated).advice}
        </Alert>
      )}
      {isDisabled && <DisabledNotice />}
      {!list && !failure && <LoadingPlaceholder text={t('tokens.loading', 'Loading tokens…')} />}
      {list && !isBare && <TokenFilters query={query} onChange={change} />}
      {list && list.items.length > 0 && (
        <TokenTable
          tokens={list.items}
          sort={query.sort}
          isStale={listing.isLoading}
          onSort={onSort}
          onRenamed={replace}
          onRevoke={onRevoke}
        />
      )}
      {list?.items.length === 0 && !isBare && <NoMatch onClear={() => change({ search: '', status: undefined })} />}
      {isBare && <NoTokens />}
      <TokenPager listing={listing} />

      {dialog?.kind === 'create' && (
        <CreateTokenModal
          onCancel={close}
          onCreated={(minted) => {
            setDialog({ kind: 'reveal', minted });
            refresh();
          }}
        />
      )}
      {dialog?.kind === 'reveal' && (
        <RevealTokenModal
          {...dialog.minted}
          target={scrapeTarget(settings?.backendUrl)}
          isEnabled={!isDisabled}
          onScraped={replace}
          onSaved={close}
        />
      )}
      {dialog?.kind === 'revoke' && (
        <RevokeTokenModal
          token={dialog.token}
          onCancel={close}
          onRevoked={(token) => {
            replace(token);
            close();
          }}
          onOutdated={(refusal) => {
            setOutdated(refusal);
            refresh();
            close();
          }}
        />
      )}
    </VitalsPage>
  );
}
