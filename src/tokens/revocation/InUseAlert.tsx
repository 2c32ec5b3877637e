import { dateTimeFormatTimeAgo } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert } from '@grafana/ui';
import type { Token } from '../../../contract/api.ts';
import { consumersQuery } from '../../api/queries.ts';
import { asText } from '../../lib/asText.ts';
import { useNow } from '../../ui/useNow.ts';
import { usePolling } from '../../ui/useRequest.ts';
import { secondsText } from '../../ui/secondsText.ts';
import { recentUse } from './recentUse.ts';

const ASK_EVERY_MS = 10_000;

/** Warns, before a token is ended, that somebody scrapes with it right now. Nothing where nobody does. */
export function InUseAlert({ token }: { readonly token: Token }) {
  const { value: consumers } = usePolling(consumersQuery(token.id), ASK_EVERY_MS);
  const use = recentUse(token, consumers, useNow());
  if (!use) return null;
  const values = {
    ago: dateTimeFormatTimeAgo(use.at),
    addresses: use.addresses.join(', '),
    ...asText,
  };
  return (
    <Alert
      severity="warning"
      title={t('tokens.in-use.title', 'This token is in use: last scraped {{ago}} from {{addresses}}.', values)}
    >
      {use.intervalSeconds !== null &&
        `${t('tokens.in-use.interval', 'Its scrape interval is {{interval}}.', {
          interval: secondsText(use.intervalSeconds),
          ...asText,
        })} `}
      {t('tokens.in-use.effect', 'These scrapes fail as soon as it is revoked.')}
    </Alert>
  );
}
