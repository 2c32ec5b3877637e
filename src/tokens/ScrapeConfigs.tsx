import { css } from '@emotion/css';
import { useRef, useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Combobox, Field, useStyles2 } from '@grafana/ui';
import { testIds } from '../testIds.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { scrapeConfig, scraperNames, scrapers, type Scraper, type ScrapeTarget } from './scrapeConfigs.ts';
import type { ScrapeJob } from './scrapeJobs.ts';

interface Props {
  readonly target: ScrapeTarget;
  readonly jobs: readonly ScrapeJob[];
}

/** A configuration for the scraper of one's choice, which reads the token from a file. */
export function ScrapeConfigs({ target, jobs }: Props) {
  const styles = useStyles2(getStyles);
  const [scraper, setScraper] = useState<Scraper>('prometheus');
  const text = useRef<HTMLPreElement>(null);
  const { tokenFile, text: config } = scrapeConfig(scraper, target, jobs);
  return (
    <div>
      <div className={styles.head}>
        <Field noMargin className={styles.scraper} label={t('scrape-config.label', 'Scrape configuration')}>
          <Combobox
            id="vitals-scraper"
            value={scraper}
            onChange={({ value }) => setScraper(value)}
            options={scrapers.map((value) => ({ value, label: scraperNames[value] }))}
          />
        </Field>
        <CopyButton from={text} variant="secondary" label={t('scrape-config.copy', 'Copy the scrape configuration')} />
      </div>
      <p className={styles.hint}>
        {t(
          'scrape-config.hint',
          'It reads the token from a file. Save the token there, readable by the scraper alone:',
        )}{' '}
        <code>{tokenFile}</code>
      </p>
      <pre ref={text} className={styles.text} tabIndex={0} data-testid={testIds.scrapeConfig}>
        {config}
      </pre>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  head: css({ display: 'flex', alignItems: 'flex-end', gap: theme.spacing(1), justifyContent: 'space-between' }),
  scraper: css({ flex: '0 1 260px' }),
  hint: css({ color: theme.colors.text.secondary, margin: theme.spacing(1, 0) }),
  text: css({
    margin: 0,
    overflow: 'auto',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
