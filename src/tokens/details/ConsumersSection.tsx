import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, Text, useStyles2 } from '@grafana/ui';
import type { Consumer, TokenConsumers } from '../../../contract/api.ts';
import { asText } from '../../lib/asText.ts';
import { DetailList, type Detail } from '../../ui/DetailList.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { secondsText } from '../../ui/secondsText.ts';

/** Who uses a token, as far as its scrapes tell, and who still tries to. */
export function ConsumersSection({ consumers: seen }: { readonly consumers: TokenConsumers }) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.section}>
      <Text element="h4">{t('consumers.title', 'Consumers')}</Text>
      {seen.knocking && <RejectedUse {...seen.knocking} />}
      {seen.lastScrape ? <DetailList details={details(seen)} /> : <p>{t('consumers.none', 'No scrapes yet.')}</p>}
      {seen.consumers.length > 0 && <ConsumerTable consumers={seen.consumers} />}
    </section>
  );
}

function details({ usualIntervalSeconds: interval, lastScrape }: TokenConsumers): Detail[] {
  const usual = {
    label: t('consumers.interval', 'Scrape interval'),
    value: interval === null ? t('consumers.interval-unknown', 'Not known yet') : secondsText(interval),
  };
  if (!lastScrape) return [usual];
  return [
    { label: t('consumers.last', 'Last scrape'), value: <RelativeTime at={lastScrape.at} /> },
    usual,
    { label: t('consumers.duration', 'Duration'), value: secondsText(lastScrape.durationSeconds) },
    { label: t('consumers.format', 'Format'), value: lastScrape.format },
    { label: t('consumers.user-agent', 'User agent'), value: lastScrape.userAgent ?? '—' },
  ];
}

function RejectedUse({ ip, reason, count, lastAt }: NonNullable<TokenConsumers['knocking']>) {
  const values = { ip, count, ...asText };
  return (
    <Alert
      severity="warning"
      title={
        reason === 'expired'
          ? t('rejected-use.expired', '{{ip}} still tries to scrape with it, although it has expired.', values)
          : t('rejected-use.revoked', '{{ip}} still tries to scrape with it, although it was revoked.', values)
      }
    >
      {t('rejected-use.count', 'Rejected scrapes so far: {{count}}. The last one:', values)}{' '}
      <RelativeTime at={lastAt} />
    </Alert>
  );
}

/** The recent clients, in three columns, as many as fit a narrow drawer. */
function ConsumerTable({ consumers }: { readonly consumers: readonly Consumer[] }) {
  const styles = useStyles2(getStyles);
  return (
    <table className={styles.table}>
      <caption>{t('consumers.table', 'Recent clients')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('consumers.column.from', 'Client')}</th>
          <th scope="col">{t('consumers.column.seen', 'Last seen')}</th>
          <th scope="col" className={styles.number}>
            {t('consumers.column.scrapes', 'Scrapes')}
          </th>
        </tr>
      </thead>
      <tbody>
        {consumers.map(({ ip, userAgent, firstAt, lastAt, scrapes }) => (
          <tr key={`${ip} ${userAgent ?? ''}`}>
            <td>
              {ip}
              <div className={styles.agent}>{userAgent ?? '—'}</div>
            </td>
            <td>
              <RelativeTime at={lastAt} />
              <div className={styles.agent}>
                {t('consumers.since', 'since')} <RelativeTime at={firstAt} />
              </div>
            </td>
            <td className={styles.number}>{scrapes.toLocaleString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ '& > h4': { marginBottom: theme.spacing(1) } }),
  table: css({
    width: '100%',
    marginTop: theme.spacing(2),
    '& caption': { captionSide: 'top', color: theme.colors.text.secondary, padding: 0, textAlign: 'left' },
    '& th, & td': {
      padding: theme.spacing(0.5, 1, 0.5, 0),
      verticalAlign: 'top',
      textAlign: 'left',
      overflowWrap: 'anywhere',
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    },
    '& time': { whiteSpace: 'nowrap' },
  }),
  agent: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  number: css({ '&&': { textAlign: 'right', paddingRight: 0 } }),
});
