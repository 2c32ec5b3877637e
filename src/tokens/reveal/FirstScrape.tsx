import { useEffect } from 'react';
import { t } from '@grafana/i18n';
import type { Token } from '../../../contract/api.ts';
import { tokenQuery } from '../../api/queries.ts';
import { asText } from '../../lib/asText.ts';
import { testIds } from '../../lib/testIds.ts';
import { StatusLine } from '../../ui/StatusLine.tsx';
import { usePolling } from '../../ui/useRequest.ts';

const ASK_EVERY_MS = 3000;

interface Props {
  readonly tokenId: string;
  /** With the integration disabled the endpoint answers nobody: waiting would be in vain. */
  readonly isEnabled: boolean;
  /** Has to stay the same function from render to render. */
  readonly onScraped: (token: Token) => void;
}

/** Waits, while the dialog is open, for the token to be used for the first time, and says from where. */
export function FirstScrape({ tokenId, isEnabled, onScraped }: Props) {
  const { value: token, failure } = usePolling({ ...tokenQuery(tokenId), enabled: isEnabled }, (last) =>
    last?.lastUsedAt ? false : ASK_EVERY_MS,
  );
  const scraped = token?.lastUsedAt ? token : undefined;
  useEffect(() => {
    if (scraped) onScraped(scraped);
  }, [scraped, onScraped]);
  return (
    <StatusLine look={scraped ? 'done' : isEnabled ? 'waiting' : 'idle'} testId={testIds.firstScrape}>
      {label(scraped, isEnabled, failure !== undefined)}
    </StatusLine>
  );
}

function label(scraped: Token | undefined, isEnabled: boolean, isUnanswered: boolean): string {
  if (scraped) return t('first-scrape.done', 'Scraped from {{ip}}.', { ip: scraped.lastIp ?? '—', ...asText });
  if (!isEnabled) {
    return t('first-scrape.disabled', 'The integration is disabled: nothing is scraped until it is enabled.');
  }
  return isUnanswered
    ? t('first-scrape.unanswered', 'Waiting for the first scrape… (the backend does not answer at the moment)')
    : t('first-scrape.waiting', 'Waiting for the first scrape…');
}
