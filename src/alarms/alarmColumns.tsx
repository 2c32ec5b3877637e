import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, IconButton, Stack, useStyles2 } from '@grafana/ui';
import type { Alarm } from '../../contract/api.ts';
import { asText } from '../lib/asText.ts';
import type { CardColumn } from '../ui/CardTable.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { SeverityBadge } from '../ui/SeverityBadge.tsx';
import { StateBadge } from './StateBadge.tsx';

interface RowActions {
  /** Left out where the user may not. */
  readonly onAcknowledge: ((alarm: Alarm) => void) | undefined;
  readonly onDetails: (alarm: Alarm) => void;
}

/** @param isPast whether the alarms are over, so that it is told when each was resolved */
export function alarmColumns(isPast: boolean, { onAcknowledge, onDetails }: RowActions): Array<CardColumn<Alarm>> {
  return [
    {
      id: 'ruleName',
      header: t('alarms.column.alarm', 'Alarm'),
      cell: ({ row: { original } }) => <AlarmName alarm={original} />,
    },
    {
      id: 'severity',
      header: t('alarms.column.severity', 'Severity'),
      cell: ({ row: { original } }) => <SeverityBadge severity={original.severity} />,
    },
    {
      id: 'state',
      header: t('alarms.column.state', 'State'),
      cell: ({ row: { original } }) => <StateBadge state={original.state} />,
    },
    {
      id: 'openedAt',
      header: t('alarms.column.opened', 'Opened'),
      cell: ({ row: { original } }) => <RelativeTime at={original.openedAt} />,
    },
    ...(isPast ? [resolvedColumn()] : []),
    {
      id: 'acknowledgedBy',
      header: t('alarms.column.acknowledged-by', 'Acknowledged by'),
      cell: ({ row: { original } }) =>
        original.acknowledgedBy === null ? (
          <EmptyValue label={t('alarms.nobody', 'Nobody')} />
        ) : (
          <bdi>{original.acknowledgedBy}</bdi>
        ),
    },
    {
      id: 'actions',
      header: t('alarms.column.actions', 'Actions'),
      disableGrow: true,
      cell: ({ row: { original } }) => (
        <Stack gap={1} alignItems="center" justifyContent="flex-end">
          {onAcknowledge && original.state === 'firing' && (
            <Button
              size="sm"
              variant="secondary"
              aria-label={t('alarms.acknowledge-one', 'Acknowledge {{name}}', { name: original.ruleName, ...asText })}
              onClick={() => onAcknowledge(original)}
            >
              <Trans i18nKey="alarms.acknowledge">Acknowledge</Trans>
            </Button>
          )}
          <IconButton
            name="eye"
            size="md"
            tooltip={t('alarms.details', 'Details of {{name}}', { name: original.ruleName, ...asText })}
            onClick={() => onDetails(original)}
          />
        </Stack>
      ),
    },
  ];
}

function resolvedColumn(): CardColumn<Alarm> {
  return {
    id: 'resolvedAt',
    header: t('alarms.column.resolved', 'Resolved'),
    cell: ({ row: { original } }) => original.resolvedAt && <RelativeTime at={original.resolvedAt} />,
  };
}

function AlarmName({ alarm: { ruleName, summary } }: { readonly alarm: Alarm }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.alarm}>
      <bdi className={styles.name}>{ruleName}</bdi>
      <div className={styles.summary}>{summary}</div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  alarm: css({ textAlign: 'left', minWidth: 0 }),
  name: css({ fontWeight: theme.typography.fontWeightMedium }),
  summary: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
});
