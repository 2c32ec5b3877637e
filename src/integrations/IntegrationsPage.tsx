import { t } from '@grafana/i18n';
import { LoadingPlaceholder } from '@grafana/ui';
import { explain } from '../api/explain.ts';
import type { ApiFailure } from '../api/failure.ts';
import { cataloguesQuery, pushQuery } from '../api/queries.ts';
import { Catalogues } from '../catalogues/Catalogues.tsx';
import { integrationsPage } from '../layout/pages.ts';
import { PushCard } from '../push/PushCard.tsx';
import { CardGrid } from '../ui/CardGrid.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { usePolling } from '../ui/useRequest.ts';
import { VitalsPage } from '../layout/VitalsPage.tsx';
import { PrometheusCard } from '../prometheus/PrometheusCard.tsx';
import { useIntegration } from '../prometheus/useIntegration.ts';

const REFRESH_MS = 15_000;

/** What the appliance can be connected to, and how that goes: a card for each. */
export default function IntegrationsPage() {
  const { prometheus, failure, isLoading, refresh } = useIntegration(REFRESH_MS);
  const catalogues = usePolling(cataloguesQuery, REFRESH_MS);
  const push = usePolling(pushQuery, REFRESH_MS);
  const retry = () => {
    refresh();
    catalogues.refresh();
    push.refresh();
  };
  // Nothing can be pushed while the integration is off; the card says so better.
  const failures = [failure, catalogues.failure, push.failure?.code === 'push_unavailable' ? undefined : push.failure];
  return (
    <VitalsPage
      page={integrationsPage()}
      subTitle={t('integrations.subtitle', 'Connect monitoring systems to this appliance.')}
    >
      {distinct(failures).map((each) => (
        <FailureAlert key={explain(each).title} failure={each} onRetry={retry} />
      ))}
      {isLoading && <LoadingPlaceholder text={t('integrations.loading', 'Loading integrations…')} />}
      {prometheus && (
        <>
          <CardGrid>
            <PrometheusCard integration={prometheus} />
            <PushCard
              push={push.value}
              isEnabled={prometheus.status === 'enabled'}
              onSaved={(saved) => push.update(() => saved)}
            />
          </CardGrid>
          {catalogues.isLoading && <LoadingPlaceholder text={t('catalogues.loading', 'Loading catalogues…')} />}
          {catalogues.value && <Catalogues catalogues={catalogues.value} />}
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
