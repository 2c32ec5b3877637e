import { css } from '@emotion/css';
import { useEffect, useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Icon, Spinner, Text, useStyles2 } from '@grafana/ui';
import type { Token } from '../../contract/api.ts';
import { getToken } from '../api/client.ts';
import { testIds } from '../testIds.ts';
import { asText } from '../ui/asText.ts';

const ASK_EVERY_MS = 3000;

interface Props {
  readonly tokenId: string;
  /** With the integration disabled the endpoint answers nobody: waiting would be in vain. */
  readonly isEnabled: boolean;
  readonly onScraped: (token: Token) => void;
}

/** Waits, while the dialog is open, for the token to be used for the first time, and says from where. */
export function FirstScrape({ tokenId, isEnabled, onScraped }: Props) {
  const styles = useStyles2(getStyles);
  const [scraped, setScraped] = useState<Token>();
  const [isUnanswered, setUnanswered] = useState(false);
  const isWaiting = isEnabled && !scraped;

  useEffect(() => {
    if (!isWaiting) return;
    const stop = new AbortController();
    const timer = setInterval(() => {
      getToken(tokenId, stop.signal).then(
        (token) => {
          if (stop.signal.aborted) return;
          setUnanswered(false);
          if (!token.lastUsedAt) return;
          setScraped(token);
          onScraped(token);
        },
        () => !stop.signal.aborted && setUnanswered(true),
      );
    }, ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [isWaiting, tokenId, onScraped]);

  return (
    <div role="status" className={styles.line} data-testid={testIds.firstScrape}>
      {scraped ? <Icon name="check-circle" /> : isEnabled ? <Spinner inline /> : <Icon name="info-circle" />}
      <Text color={scraped ? 'success' : 'secondary'}>{words(scraped, isEnabled, isUnanswered)}</Text>
    </div>
  );
}

function words(scraped: Token | undefined, isEnabled: boolean, isUnanswered: boolean): string {
  if (scraped) return t('first-scrape.done', 'Scraped from {{ip}}.', { ip: scraped.lastIp ?? '—', ...asText });
  if (!isEnabled) {
    return t('first-scrape.disabled', 'The integration is disabled: nothing is scraped until it is enabled.');
  }
  return isUnanswered
    ? t('first-scrape.unanswered', 'Waiting for the first scrape… (the backend does not answer at the moment)')
    : t('first-scrape.waiting', 'Waiting for the first scrape…');
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), minHeight: theme.spacing(4) }),
});
