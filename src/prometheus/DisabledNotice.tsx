import { t, Trans } from '@grafana/i18n';
import { Alert } from '@grafana/ui';
import { testIds } from '../lib/testIds.ts';

/** The integration is off, what that means, and how to switch it on. */
export function DisabledNotice() {
  return (
    <Alert
      severity="info"
      title={t('integration.disabled.title', 'The Prometheus integration is disabled')}
      data-testid={testIds.disabled}
    >
      <HowToEnable />
    </Alert>
  );
}

/** The same without the banner, for a place that says already that it is off. */
export function HowToEnable() {
  return (
    <>
      <Trans i18nKey="integration.disabled.meaning">
        The scrape endpoint answers 404 and no metrics are collected. Existing tokens can still be reviewed and revoked.
      </Trans>{' '}
      <Trans i18nKey="integration.disabled.remedy">
        To enable it, set <code>prometheus.enabled: true</code> in the appliance’s <code>config.yaml</code> and restart
        the appliance.
      </Trans>
    </>
  );
}
