import { useCallback, useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, LoadingPlaceholder } from '@grafana/ui';
import type { Token, TokenSort } from '../../contract/api.ts';
import { explain } from '../api/explain.ts';
import { cataloguesQuery } from '../api/queries.ts';
import type { ApiFailure } from '../api/failure.ts';
import { DisabledNotice } from '../prometheus/DisabledNotice.tsx';
import { useIntegration } from '../prometheus/useIntegration.ts';
import { tokensPage } from '../layout/pages.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { usePageParams } from '../ui/usePageParams.ts';
import { useRequest } from '../ui/useRequest.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { VitalsPage } from '../layout/VitalsPage.tsx';
import { TokenDrawer } from './details/TokenDrawer.tsx';
import { NoMatch, NoTokens } from './EmptyTokens.tsx';
import { readable, type Catalogues } from './fields/scope.ts';
import { tokenParams } from './tokenParams.ts';
import { TokenDialogs, type Dialog } from './TokenDialogs.tsx';
import { TokenFilters } from './TokenFilters.tsx';
import { TokenPager } from './TokenPager.tsx';
import { TokenTable } from './TokenTable.tsx';
import { useTokenList } from './useTokenList.ts';

const CREATE: Dialog = { kind: 'create' };

/** Integrations > Prometheus Scrape Tokens: every token ever created, and the ways to create, rename, rotate and revoke one. */
export default function TokensPage() {
  const { query, change } = usePageParams(tokenParams);
  const listing = useTokenList(query);
  const { prometheus } = useIntegration();
  const { value: catalogues } = useRequest(cataloguesQuery);
  const { list, failure, refresh, replace } = listing;
  const [chosen, setDialog] = useState<Dialog>();
  const dialog = chosen ?? (list && query.action === 'create' ? CREATE : undefined);
  const rememberFocus = useReturnFocus(dialog !== undefined || query.token !== undefined);
  const [outdated, setOutdated] = useState<ApiFailure>();
  const isDisabled = prometheus?.status === 'disabled';
  const isBare = list?.total === 0 && !listing.isLoading && !query.search && !query.status;

  const onSort = useCallback((sort: TokenSort) => change({ sort }), [change]);
  const open = useCallback(
    (next: Dialog) => {
      rememberFocus();
      setDialog(next);
    },
    [rememberFocus],
  );
  const onRevoke = useCallback((token: Token) => open({ kind: 'revoke', token }), [open]);
  const onRotate = useCallback((token: Token) => open({ kind: 'rotate', token }), [open]);
  const onOpen = useCallback(
    ({ id }: Token) => {
      rememberFocus();
      change({ token: id });
    },
    [rememberFocus, change],
  );
  const endAction = useCallback(() => change({ action: undefined }), [change]);
  const show = (token: string) => change({ token });
  const closeDetails = () => change({ token: undefined });
  /** A dialog takes the place of the details; the focus goes back to where they were opened. */
  const instead = (next: Dialog) => {
    closeDetails();
    setDialog(next);
  };

  const buttons = (
    <>
      <Button icon="search" variant="secondary" onClick={() => open({ kind: 'diagnose' })}>
        <Trans i18nKey="diagnose.open">Diagnose a token</Trans>
      </Button>
      <Button icon="plus" onClick={() => open(CREATE)}>
        <Trans i18nKey="tokens.create.open">Create Token</Trans>
      </Button>
    </>
  );
  return (
    <VitalsPage page={tokensPage()} subTitle={subTitle(catalogues)} actions={list && buttons}>
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {outdated && (
        <Alert severity="info" title={explain(outdated).title} onRemove={() => setOutdated(undefined)}>
          {explain(outdated).advice}
        </Alert>
      )}
      {isDisabled && <DisabledNotice />}
      {!list && !failure && <LoadingPlaceholder text={t('tokens.loading', 'Loading tokens…')} />}
      {list && !isBare && <TokenFilters query={query} onChange={change} onFocused={endAction} />}
      {list && list.items.length > 0 && (
        <TokenTable
          tokens={list.items}
          catalogues={catalogues}
          sort={query.sort}
          isStale={listing.isLoading}
          onSort={onSort}
          onRenamed={replace}
          onOpen={onOpen}
          onRotate={onRotate}
          onRevoke={onRevoke}
        />
      )}
      {list?.items.length === 0 && !isBare && <NoMatch onClear={() => change({ search: '', status: undefined })} />}
      {isBare && <NoTokens />}
      <TokenPager listing={listing} />

      {list && query.token && !dialog && (
        <TokenDrawer
          tokenId={query.token}
          catalogues={catalogues}
          onClose={closeDetails}
          onShow={show}
          onRotate={(token) => instead({ kind: 'rotate', token })}
          onRevoke={(token) => instead({ kind: 'revoke', token })}
        />
      )}
      {dialog && (
        <TokenDialogs
          dialog={dialog}
          integration={prometheus}
          catalogues={catalogues}
          onDialog={(next) => {
            setDialog(next);
            endAction();
          }}
          onToken={replace}
          onChanged={refresh}
          onShow={show}
          onOutdated={setOutdated}
        />
      )}
    </VitalsPage>
  );
}

/** What tokens are for, where there is something to read beside platform health and where there is not. */
function subTitle(catalogues: Catalogues): string {
  return readable(catalogues).length > 1
    ? t(
        'tokens.page.subtitle-scopes',
        'Each token lets one monitoring stack scrape what it was given to read from the appliance, and nothing else.',
      )
    : t(
        'tokens.page.subtitle',
        'Each token lets one monitoring stack scrape platform-health metrics from the appliance, and nothing else.',
      );
}
