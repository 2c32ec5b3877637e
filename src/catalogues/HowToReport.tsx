import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import type { Catalogue } from '../../contract/api.ts';

/** Where reports for a catalogue go, and how to issue the credential that they need. */
export function HowToReport({ catalogue: { id, reports } }: { readonly catalogue: Catalogue }) {
  const styles = useStyles2(getStyles);
  const hasInstances = reports !== null && reports.maxInstances > 1;
  return (
    <div className={styles.how}>
      <div>
        {t('catalogues.report.route', 'A program reports what its Prometheus client library renders, to this route:')}
      </div>
      <code>{`POST /api/reports/${id}${hasInstances ? '?instance=NAME' : ''}`}</code>
      <div>{t('catalogues.report.credential', 'It needs a credential, which is issued on the appliance:')}</div>
      <code>{`vitals credential issue --role reporter --catalogue ${id} --name NAME --ttl 365d`}</code>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  how: css({
    '& > div': { marginBottom: theme.spacing(0.5) },
    '& > code': {
      display: 'block',
      margin: theme.spacing(0, 0, 1),
      padding: theme.spacing(0.5, 1),
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
      userSelect: 'all',
    },
    '& > code:last-child': { marginBottom: 0 },
  }),
});
