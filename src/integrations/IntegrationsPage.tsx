import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import { paths } from '../constants.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { useWhileVisible } from '../ui/useWhileVisible.ts';
import { VitalsPage } from '../ui/VitalsPage.tsx';
import { PrometheusCard } from './PrometheusCard.tsx';
import { useIntegration } from './useIntegration.ts';

const REFRESH_MS = 15_000;

/** What the appliance can be connected to, and whether it is: a card for each. */
export default function IntegrationsPage() {
  const styles = useStyles2(getStyles);
  const { prometheus, failure, isLoading, retry } = useIntegration();
  useWhileVisible(retry, REFRESH_MS);
  return (
    <VitalsPage
      pageNav={{ text: t('integrations.title', 'Integrations'), url: paths.integrations }}
      subTitle={t('integrations.subtitle', 'Who may ask this appliance how it is.')}
    >
      {failure && <FailureAlert failure={failure} onRetry={retry} />}
      {isLoading && <LoadingPlaceholder text={t('integrations.loading', 'Loading integrations…')} />}
      <div className={styles.cards}>{prometheus && <PrometheusCard integration={prometheus} />}</div>
    </VitalsPage>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  cards: css({
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 420px), 1fr))',
    maxWidth: 1200,
  }),
});
