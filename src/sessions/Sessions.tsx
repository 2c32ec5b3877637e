import { useMemo, useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Button, EmptyState, LoadingPlaceholder } from '@grafana/ui';
import type { Credential, CredentialList } from '../../contract/api.ts';
import type { ApiFailure } from '../api/failure.ts';
import { credentialsListing } from '../api/queries.ts';
import { testIds } from '../lib/testIds.ts';
import { CardTable } from '../ui/CardTable.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { OutdatedAlert } from '../ui/OutdatedAlert.tsx';
import { Pager } from '../ui/Pager.tsx';
import { usePageParams } from '../ui/usePageParams.ts';
import { useListing } from '../ui/useListing.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { RevokeCredentialModal } from './RevokeCredentialModal.tsx';
import { sessionParams } from './sessionParams.ts';
import { sessionColumns } from './sessionColumns.tsx';
import { SessionFilterBar } from './SessionFilterBar.tsx';

const REFRESH_MS = 15_000;

/** Every credential for the API, of people and of services, and the way to revoke one. */
export function Sessions() {
  const { query, change } = usePageParams(sessionParams);
  const listing = useListing(credentialsListing(query), REFRESH_MS);
  const { list, failure, refresh, amend, isLoading } = listing;
  const [revoking, setRevoking] = useState<Credential>();
  const [outdated, setOutdated] = useState<ApiFailure>();
  const rememberFocus = useReturnFocus(revoking !== undefined);
  const columns = useMemo(
    () =>
      sessionColumns((credential) => {
        rememberFocus();
        setRevoking(credential);
      }),
    [rememberFocus],
  );
  const close = () => setRevoking(undefined);
  return (
    <>
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {outdated && <OutdatedAlert failure={outdated} onClose={() => setOutdated(undefined)} />}
      {!list && !failure && <LoadingPlaceholder text={t('sessions.loading', 'Loading credentials…')} />}
      {list && <SessionFilterBar query={query} onChange={change} />}
      {list && list.items.length > 0 && (
        <CardTable columns={columns} items={list.items} isStale={isLoading} testId={testIds.sessions} />
      )}
      {list?.items.length === 0 && !isLoading && (
        <EmptyState
          variant="not-found"
          message={t('sessions.none-found', 'No credential matches')}
          button={
            <Button variant="secondary" onClick={() => change({ status: undefined, role: undefined })}>
              <Trans i18nKey="sessions.clear-filters">Clear the filters</Trans>
            </Button>
          }
        />
      )}
      <Pager listing={listing} label={t('sessions.pages', 'Pages of credentials')} />
      {revoking && (
        <RevokeCredentialModal
          credential={revoking}
          onCancel={close}
          onRevoked={(credential) => {
            amend((last) => withCredential(last, credential));
            close();
          }}
          onOutdated={(refusal) => {
            setOutdated(refusal);
            refresh();
            close();
          }}
        />
      )}
    </>
  );
}

function withCredential(list: CredentialList, credential: Credential): CredentialList {
  return { ...list, items: list.items.map((item) => (item.id === credential.id ? credential : item)) };
}
