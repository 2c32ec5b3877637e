import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Alert, useStyles2 } from '@grafana/ui';
import type { PushTest } from '../../contract/api.ts';
import { testIds } from '../lib/testIds.ts';
import { secondsText } from '../ui/secondsText.ts';

/** What a test push came to; announced when it is there. */
export function TestResult({ result }: { readonly result: PushTest | undefined }) {
  const styles = useStyles2(getStyles);
  return (
    <div role="status" className={styles.result} data-testid={testIds.pushTest}>
      {result && (
        <Alert
          severity={result.ok ? 'success' : 'warning'}
          title={
            result.ok ? t('push.test.ok', 'The test push succeeded') : t('push.test.failed', 'The test push failed')
          }
        >
          {result.message}{' '}
          {t('push.test.took', 'It took {{time}}. Nothing was saved.', { time: secondsText(result.durationSeconds) })}
        </Alert>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  result: css({ marginTop: theme.spacing(2), '& > div': { marginBottom: 0 } }),
});
