import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import type { AuditEvent } from '../../contract/api.ts';
import { auditEvents } from '../../contract/audit-events.ts';
import { AbsoluteTime } from '../ui/AbsoluteTime.tsx';
import { DetailList } from '../ui/DetailList.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { viaName } from './viaName.ts';
import { Drawer } from '../ui/dialogs.tsx';

interface Props {
  readonly row: AuditEvent;
  readonly onClose: () => void;
}

/** One row of the log with everything in it, as text. */
export function AuditEventDrawer({ row, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const unknown = <EmptyValue label={t('audit.unknown', 'Not known')} />;
  const text = (value: string | null) => (value === null ? unknown : <bdi>{value}</bdi>);
  return (
    <Drawer title={row.event} subtitle={auditEvents[row.event]} onClose={onClose}>
      <DetailList
        details={[
          { label: t('audit.field.row', 'Row'), value: row.seq },
          { label: t('audit.column.time', 'Time'), value: <AbsoluteTime at={row.at} /> },
          { label: t('audit.column.actor', 'Actor'), value: text(row.actor) },
          { label: t('audit.column.via', 'Via'), value: viaName(row.via) },
          { label: t('audit.column.ip', 'Address'), value: text(row.ip) },
          { label: t('audit.column.target', 'Target'), value: text(row.target) },
          { label: t('audit.field.id', 'Id'), value: <code>{row.id}</code> },
          { label: t('audit.field.hash', 'Hash'), value: <code>{row.hash}</code> },
        ]}
      />
      <h4>{t('audit.column.details', 'Details')}</h4>
      <pre className={styles.details} tabIndex={0} aria-label={t('audit.column.details', 'Details')} role="region">
        {JSON.stringify(row.details, null, 2)}
      </pre>
    </Drawer>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  details: css({
    margin: 0,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
