import { css } from '@emotion/css';
import { useCallback, useMemo, useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, EmptyState, LoadingPlaceholder, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import type { Alarm, AlarmList } from '../../contract/api.ts';
import { severities, type Severity } from '../../contract/appliance.ts';
import { canAcknowledge } from '../lib/access.ts';
import { acknowledgeAlarm } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { alarmsListing } from '../api/queries.ts';
import { testIds } from '../lib/testIds.ts';
import { CardTable } from '../ui/CardTable.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { OutdatedAlert } from '../ui/OutdatedAlert.tsx';
import { Pager } from '../ui/Pager.tsx';
import { severityName } from '../ui/SeverityBadge.tsx';
import { useListing } from '../ui/useListing.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import type { AlarmParams } from './alarmParams.ts';
import { alarmColumns } from './alarmColumns.tsx';
import { AlarmDrawer } from './AlarmDrawer.tsx';

const REFRESH_MS = 15_000;

interface Props {
  readonly query: AlarmParams;
  readonly onChange: (change: Partial<AlarmParams>) => void;
}

/** Alarms that are active or that are over, newest first; an active one can be acknowledged. */
export function Alarms({ query: { tab, severity, alarm: open }, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const isPast = tab === 'past';
  const listing = useListing(alarmsListing({ state: isPast ? 'past' : 'active', severity }), REFRESH_MS);
  const { list, failure, refresh, amend, isLoading } = listing;
  const [actionFailure, setActionFailure] = useState<ApiFailure>();
  const rememberFocus = useReturnFocus(open !== undefined);

  const onChanged = useCallback((alarm: Alarm) => amend((last) => withAlarm(last, alarm)), [amend]);
  const onAcknowledge = useCallback(
    async ({ id }: Alarm) => {
      setActionFailure(undefined);
      try {
        onChanged(await acknowledgeAlarm(id));
      } catch (error) {
        setActionFailure(toFailure(error));
        refresh();
      }
    },
    [onChanged, refresh],
  );
  const columns = useMemo(
    () =>
      alarmColumns(isPast, {
        onAcknowledge: canAcknowledge() ? (alarm) => void onAcknowledge(alarm) : undefined,
        onDetails: ({ id }) => {
          rememberFocus();
          onChange({ alarm: id });
        },
      }),
    [isPast, onAcknowledge, onChange, rememberFocus],
  );
  return (
    <>
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {actionFailure && <ActionFailure failure={actionFailure} onClose={() => setActionFailure(undefined)} />}
      {!list && !failure && <LoadingPlaceholder text={t('alarms.loading', 'Loading alarms…')} />}
      {list && (
        <div className={styles.bar} role="search">
          <RadioButtonGroup<Severity | 'all'>
            aria-label={t('alarms.filter.severity', 'Show alarms by severity')}
            value={severity ?? 'all'}
            onChange={(value) => onChange({ severity: value === 'all' ? undefined : value })}
            options={[
              { value: 'all', label: t('alarms.filter.all', 'All') },
              ...severities.map((value) => ({ value, label: severityName(value) })),
            ]}
          />
        </div>
      )}
      {list && list.items.length > 0 && (
        <CardTable columns={columns} items={list.items} isStale={isLoading} testId={testIds.alarms} />
      )}
      {list?.items.length === 0 && !isLoading && (
        <NoAlarms isPast={isPast} onClear={severity && (() => onChange({ severity: undefined }))} />
      )}
      <Pager listing={listing} label={t('alarms.pages', 'Pages of alarms')} />
      {open && (
        <AlarmDrawer key={open} id={open} onChanged={onChanged} onClose={() => onChange({ alarm: undefined })} />
      )}
    </>
  );
}

/** An alarm that somebody else has taken care of meanwhile is no failure. */
function ActionFailure({ failure, onClose }: { readonly failure: ApiFailure; readonly onClose: () => void }) {
  const isOutdated = failure.code === 'alarm_not_firing' || failure.code === 'alarm_not_found';
  return isOutdated ? <OutdatedAlert failure={failure} onClose={onClose} /> : <FailureAlert failure={failure} />;
}

function NoAlarms({ isPast, onClear }: { readonly isPast: boolean; readonly onClear: (() => void) | undefined }) {
  if (onClear) {
    return (
      <EmptyState
        variant="not-found"
        message={t('alarms.none-found', 'No alarm of this severity')}
        button={
          <Button variant="secondary" onClick={onClear}>
            <Trans i18nKey="alarms.clear-filter">Show all severities</Trans>
          </Button>
        }
      />
    );
  }
  return isPast ? (
    <EmptyState variant="not-found" message={t('alarms.none-past', 'No past alarms')} />
  ) : (
    <EmptyState variant="completed" message={t('alarms.none-active', 'No active alarms')} />
  );
}

function withAlarm(list: AlarmList, alarm: Alarm): AlarmList {
  return { ...list, items: list.items.map((item) => (item.id === alarm.id ? alarm : item)) };
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2), marginBottom: theme.spacing(2) }),
});
