import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import type { AuditEvent } from '../../contract/api.ts';
import { auditEvents } from '../../contract/audit-events.ts';
import { AbsoluteTime } from '../ui/AbsoluteTime.tsx';
import { Facts } from '../ui/Facts.tsx';
import { Nothing } from '../ui/Nothing.tsx';
import { viaName } from './viaName.ts';
import { Drawer } from '../ui/dialogs.tsx';

interface Props {
  readonly row: AuditEvent;
  readonly onClose: () => void;
}

/** One row of the log with everything in it, as text. */
export function AuditEventDrawer({ row, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const unknown = <Nothing words={t('audit.unknown', 'Not known')} />;
  const text = (value: string | null) => (value === null ? unknown : <bdi>{value}</bdi>);
  return (
    <Drawer title={row.event} subtitle={auditEvents[row.event]} onClose={onClose}>
      <Facts
        facts={[
          [t('audit.field.row', 'Row'), row.seq],
          [t('audit.column.time', 'Time'), <AbsoluteTime key="at" at={row.at} />],
          [t('audit.column.actor', 'Actor'), text(row.actor)],
          [t('audit.column.via', 'Via'), viaName(row.via)],
          [t('audit.column.ip', 'Address'), text(row.ip)],
          [t('audit.column.target', 'Target'), text(row.target)],
          [t('audit.field.id', 'Id'), <code key="id">{row.id}</code>],
          [t('audit.field.hash', 'Hash'), <code key="hash">{row.hash}</code>],
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
