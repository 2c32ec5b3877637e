import { useCallback } from 'react';
import { t } from '@grafana/i18n';
import { LoadingPlaceholder } from '@grafana/ui';
import { explain } from '../api/explain.ts';
import type { ApiFailure } from '../api/failure.ts';
import { getPush } from '../api/client.ts';
import { Catalogues } from '../catalogues/Catalogues.tsx';
import { useCatalogues } from '../catalogues/useCatalogues.ts';
import { integrationsPage } from '../layout/pages.ts';
import { PushCard } from '../push/PushCard.tsx';
import { CardGrid } from '../ui/CardGrid.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { useAnswer } from '../ui/useRequest.ts';
import { useWhileVisible } from '../ui/useWhileVisible.ts';
import { VitalsPage } from '../layout/VitalsPage.tsx';
import { PrometheusCard } from '../prometheus/PrometheusCard.tsx';
import { useIntegration } from '../prometheus/useIntegration.ts';

const REFRESH_MS = 15_000;

/** What the appliance can be connected to, and how that goes: a card for each. */
export default function IntegrationsPage() {
  const { prometheus, failure, isLoading, retry, poll: pollIntegration } = useIntegration();
  const { catalogues, failure: catalogueFailure, refresh: askCatalogues, poll: pollCatalogues } = useCatalogues();
  const { value: push, failure: pushFailure, refresh: askPush, poll: pollPush, put: putPush } = useAnswer(getPush);
  const askAgain = useCallback(() => {
    retry();
    askCatalogues();
    askPush();
  }, [retry, askCatalogues, askPush]);
  const poll = useCallback(() => {
    pollIntegration();
    pollCatalogues();
    pollPush();
  }, [pollIntegration, pollCatalogues, pollPush]);
  useWhileVisible(poll, REFRESH_MS);
  // Nothing can be pushed while the integration is off; the card says so better.
  const failures = [failure, catalogueFailure, pushFailure?.code === 'push_unavailable' ? undefined : pushFailure];
  return (
    <VitalsPage
      page={integrationsPage()}
      subTitle={t('integrations.subtitle', 'Who may ask this appliance how it is.')}
    >
      {distinct(failures).map((each) => (
        <FailureAlert key={explain(each).title} failure={each} onRetry={askAgain} />
      ))}
      {isLoading && <LoadingPlaceholder text={t('integrations.loading', 'Loading integrations…')} />}
      {prometheus && (
        <>
          <CardGrid>
            <PrometheusCard integration={prometheus} />
            <PushCard push={push} isEnabled={prometheus.status === 'enabled'} onSaved={putPush} />
          </CardGrid>
          {!catalogues && !catalogueFailure && (
            <LoadingPlaceholder text={t('catalogues.loading', 'Loading catalogues…')} />
          )}
          {catalogues && <Catalogues catalogues={catalogues} />}
        </>
      )}
    </VitalsPage>
  );
}

/** What several questions met is told once. */
function distinct(failures: readonly (ApiFailure | undefined)[]): ApiFailure[] {
  const byTitle = new Map(failures.flatMap((each) => (each ? [[explain(each).title, each]] : [])));
  return [...byTitle.values()];
}
