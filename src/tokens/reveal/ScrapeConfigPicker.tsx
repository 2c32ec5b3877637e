import { css } from '@emotion/css';
import { useRef, useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Combobox, Field, useStyles2 } from '@grafana/ui';
import { testIds } from '../../lib/testIds.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Warning } from '../../ui/Warning.tsx';
import { addressError, addressWarning, type ScrapeUrl } from '../../prometheus/scrapeUrl.ts';
import { curlLine, scrapeConfig, scraperNames, scrapers, scrapeTarget, type Scraper } from './scrapeConfig.ts';
import type { ScrapeJob } from './scrapeJobs.ts';

interface Props {
  readonly address: ScrapeUrl;
  readonly jobs: readonly ScrapeJob[];
}

/** A configuration for the scraper of one's choice, which reads the token from a file, and the address that stands in it. */
export function ScrapeConfigPicker({ address, jobs }: Props) {
  const styles = useStyles2(getStyles);
  const [scraper, setScraper] = useState<Scraper>('prometheus');
  const text = useRef<HTMLPreElement>(null);
  const [typed, setTyped] = useState(address.url);
  // What cannot be an address leaves the last one in the configuration.
  const [url, setUrl] = useState(address.url);
  const error = addressError(typed.trim());
  const warning = url === address.url ? address.warning : addressWarning(url);
  const target = scrapeTarget(url);
  const { tokenFile, text: config } = scrapeConfig(scraper, target, jobs);

  function change(value: string) {
    setTyped(value);
    if (!addressError(value.trim())) setUrl(value.trim());
  }

  return (
    <div>
      <TextField
        id="vitals-address"
        type="url"
        label={t('scrape-address.label', 'Address for Prometheus')}
        help={t('scrape-address.help', 'Where Prometheus reaches the appliance. A change is for this copy only.')}
        value={typed}
        error={error}
        onChange={change}
      />
      {!error && warning && <Warning>{warning}</Warning>}
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
      <p className={styles.hint}>{t('scrape-config.try', 'To try it, from where Prometheus runs:')}</p>
      <code className={styles.line} data-testid={testIds.curl}>
        {jobs.map((job) => curlLine(tokenFile, target, job)).join('\n')}
      </code>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  head: css({
    marginTop: theme.spacing(2),
    display: 'flex',
    alignItems: 'flex-end',
    gap: theme.spacing(1),
    justifyContent: 'space-between',
  }),
  scraper: css({ flex: '0 1 260px' }),
  hint: css({ color: theme.colors.text.secondary, margin: theme.spacing(1, 0) }),
  line: css({
    display: 'block',
    margin: 0,
    padding: theme.spacing(0.5, 1),
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    userSelect: 'all',
  }),
  text: css({
    margin: 0,
    overflow: 'auto',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
