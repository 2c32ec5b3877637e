import { t, Trans } from '@grafana/i18n';
import { Badge, LinkButton } from '@grafana/ui';
import type { Integration } from '../../contract/api.ts';
import { isAdmin } from '../lib/access.ts';
import { paths } from '../lib/constants.ts';
import { DetailCard } from '../ui/DetailCard.tsx';
import { hrefTo } from '../lib/href.ts';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { addressWarning } from './scrapeUrl.ts';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { Warning } from '../ui/Warning.tsx';
import { AuthenticationWarning } from './AuthenticationWarning.tsx';
import { HowToEnable } from './DisabledNotice.tsx';

/** Whether Prometheus may scrape, in which ways, how many keys it has, and when one was last used. */
export function PrometheusCard({ integration }: { readonly integration: Integration }) {
  const { name, status, path, publicUrl, activeTokens, lastScrapeAt } = integration;
  return (
    <DetailCard
      title={name}
      badge={
        status === 'enabled' ? (
          <Badge color="green" icon="check" text={t('integrations.enabled', 'Enabled')} />
        ) : (
          <Badge color="darkgrey" icon="pause" text={t('integrations.disabled', 'Disabled')} />
        )
      }
      details={[
        { label: t('integrations.endpoint', 'Endpoint'), value: <code>{`${publicUrl ?? ''}${path}`}</code> },
        { label: t('integrations.active-tokens', 'Active tokens'), value: activeTokens },
        { label: t('integrations.last-scrape', 'Last scrape'), value: <LastScrape at={lastScrapeAt} /> },
      ]}
      actions={
        isAdmin() && (
          <LinkButton href={hrefTo(paths.tokens)} variant="secondary" icon="key-skeleton-alt">
            <Trans i18nKey="integrations.manage-tokens">Manage tokens</Trans>
          </LinkButton>
        )
      }
    >
      <div>
        <Trans i18nKey="integrations.prometheus.description">
          An external monitoring stack scrapes platform-health metrics: appliance liveness and component state only. No
          traffic data ever leaves through this endpoint.
        </Trans>
      </div>
      {status === 'disabled' && (
        <div>
          <HowToEnable />
        </div>
      )}
      {status === 'enabled' && <AddressWarning publicUrl={publicUrl} />}
      {status === 'enabled' && <AuthenticationWarning integration={integration} />}
    </DetailCard>
  );
}

/** Where an external Prometheus could not be told, or not reach, the endpoint's address. */
function AddressWarning({ publicUrl }: Pick<Integration, 'publicUrl'>) {
  const warning = publicUrl
    ? addressWarning(publicUrl)
    : t(
        'integrations.no-public-url',
        'The address for an external Prometheus is not known. Set server.public_url in the appliance’s config.yaml.',
      );
  return warning ? <Warning>{warning}</Warning> : null;
}

function LastScrape({ at }: { readonly at: string | null }) {
  return at ? <RelativeTime at={at} /> : <EmptyValue label={t('integrations.never-scraped', 'Never scraped')} />;
}
