import { t, Trans } from '@grafana/i18n';
import { Badge, Card, LinkButton, LoadingPlaceholder, Stack } from '@grafana/ui';
import { paths } from '../constants.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { VitalsPage } from '../ui/VitalsPage.tsx';
import { DisabledNotice } from './DisabledNotice.tsx';
import { useIntegration } from './useIntegration.ts';

/** What the appliance can be connected to, and whether it is. */
export default function IntegrationsPage() {
  const { prometheus, failure, isLoading, retry } = useIntegration();
  return (
    <VitalsPage
      pageNav={{ text: t('integrations.title', 'Integrations'), url: paths.integrations }}
      subTitle={t('integrations.subtitle', 'Who may ask this appliance how it is.')}
    >
      {failure && <FailureAlert failure={failure} onRetry={retry} />}
      {isLoading && <LoadingPlaceholder text={t('integrations.loading', 'Loading integrations…')} />}
      {prometheus?.status === 'disabled' && <DisabledNotice />}
      {prometheus && (
        <Card noMargin>
          <Card.Heading>
            <Stack gap={1} alignItems="center">
              {prometheus.name}
              {prometheus.status === 'enabled' ? (
                <Badge color="green" icon="check" text={t('integrations.enabled', 'Enabled')} />
              ) : (
                <Badge color="darkgrey" icon="pause" text={t('integrations.disabled', 'Disabled')} />
              )}
            </Stack>
          </Card.Heading>
          <Card.Description>
            <Trans i18nKey="integrations.prometheus.description">
              An external monitoring stack scrapes platform-health metrics: appliance liveness and component state only.
              No traffic data ever leaves through this endpoint.
            </Trans>
          </Card.Description>
          <Card.Meta>{[prometheus.path]}</Card.Meta>
          <Card.Actions>
            <LinkButton href={paths.tokens} variant="secondary" icon="key-skeleton-alt">
              <Trans i18nKey="integrations.manage-tokens">Manage tokens</Trans>
            </LinkButton>
          </Card.Actions>
        </Card>
      )}
    </VitalsPage>
  );
}
