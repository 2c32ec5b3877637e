import { useEffect, useState } from 'react';
import { t } from '@grafana/i18n';
import type { Token } from '../../../contract/api.ts';
import { getToken } from '../../api/client.ts';
import { credentialRefusal } from '../../api/credentialRefusal.ts';
import { testIds } from '../../lib/testIds.ts';
import { asText } from '../../lib/asText.ts';
import { StatusLine } from '../../ui/StatusLine.tsx';

const ASK_EVERY_MS = 3000;

interface Props {
  readonly tokenId: string;
  /** With the integration disabled the endpoint answers nobody: waiting would be in vain. */
  readonly isEnabled: boolean;
  readonly onScraped: (token: Token) => void;
}

/** Waits, while the dialog is open, for the token to be used for the first time, and says from where. */
export function FirstScrape({ tokenId, isEnabled, onScraped }: Props) {
  const [scraped, setScraped] = useState<Token>();
  const [isUnanswered, setUnanswered] = useState(false);
  const isWaiting = isEnabled && !scraped;

  useEffect(() => {
    if (!isWaiting) return;
    const stop = new AbortController();
    let isUnderWay = false;
    const timer = setInterval(() => {
      if (isUnderWay || credentialRefusal()) return;
      isUnderWay = true;
      const onEnd = () => (isUnderWay = false);
      void getToken(tokenId, stop.signal)
        .then(
          (token) => {
            if (stop.signal.aborted) return;
            setUnanswered(false);
            if (!token.lastUsedAt) return;
            setScraped(token);
            onScraped(token);
          },
          () => !stop.signal.aborted && setUnanswered(true),
        )
        .finally(onEnd);
    }, ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [isWaiting, tokenId, onScraped]);

  return (
    <StatusLine look={scraped ? 'done' : isEnabled ? 'waiting' : 'idle'} testId={testIds.firstScrape}>
      {words(scraped, isEnabled, isUnanswered)}
    </StatusLine>
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
