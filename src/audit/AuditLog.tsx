import { css } from '@emotion/css';
import { useMemo, useState, type ComponentProps } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, EmptyState, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import type { AuditEvent } from '../../contract/api.ts';
import { auditListing } from '../api/queries.ts';
import { testIds } from '../lib/testIds.ts';
import { CardTable } from '../ui/CardTable.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { Pager } from '../ui/Pager.tsx';
import { usePageParams } from '../ui/usePageParams.ts';
import { useListing } from '../ui/useListing.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { auditParams, everything, filtersOf } from './auditParams.ts';
import { auditColumns } from './auditColumns.tsx';
import { AuditEventDrawer } from './AuditEventDrawer.tsx';
import { AuditFilterBar } from './AuditFilterBar.tsx';
import { ExportButtons } from './ExportButtons.tsx';
import { useVerification, Verification, VerificationAlerts } from './Verification.tsx';

const REFRESH_MS = 30_000;

/** Everything that was done and by whom, newest first, with the proof that nobody changed it. */
export function AuditLog() {
  const { query, change } = usePageParams(auditParams);
  const filters = useMemo(() => filtersOf(query), [query]);
  const listing = useListing(auditListing(filters), REFRESH_MS);
  const { list, failure, refresh, isLoading } = listing;
  const [shown, setShown] = useState<AuditEvent>();
  const rememberFocus = useReturnFocus(shown !== undefined);
  const columns = useMemo(
    () =>
      auditColumns((row) => {
        rememberFocus();
        setShown(row);
      }),
    [rememberFocus],
  );
  const isEmpty = list?.items.length === 0;
  const isFiltered = Object.values(filters).some(Boolean);
  return (
    <>
      {!list && !failure && <LoadingPlaceholder text={t('audit.loading', 'Loading the audit log…')} />}
      {list && <Toolbar query={query} onChange={change} filters={filters} isEmpty={isEmpty} />}
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {list && !isEmpty && (
        <CardTable columns={columns} items={list.items} isStale={isLoading} testId={testIds.audit} />
      )}
      {isEmpty && !isLoading && (
        <EmptyState
          variant="not-found"
          message={isFiltered ? t('audit.none-found', 'No matching events') : t('audit.none', 'No events yet')}
          button={
            isFiltered && (
              <Button variant="secondary" onClick={() => change(everything)}>
                <Trans i18nKey="audit.clear-filters">Clear the filters</Trans>
              </Button>
            )
          }
        />
      )}
      <Pager listing={listing} label={t('audit.pages', 'Pages of the audit log')} />
      {shown && <AuditEventDrawer row={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

type ToolbarProps = ComponentProps<typeof AuditFilterBar> & ComponentProps<typeof ExportButtons>;

/** What can be done with the log. Errors are told below it, so that it stays where it is. */
function Toolbar({ query, onChange, filters, isEmpty }: ToolbarProps) {
  const styles = useStyles2(getStyles);
  const verification = useVerification();
  return (
    <>
      <div className={styles.head}>
        <Verification verification={verification} />
        <ExportButtons filters={filters} isEmpty={isEmpty} />
      </div>
      <AuditFilterBar query={query} onChange={onChange} />
      <VerificationAlerts verification={verification} />
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  head: css({
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    alignItems: 'flex-start',
    columnGap: theme.spacing(2),
    marginBottom: theme.spacing(2),
  }),
});
