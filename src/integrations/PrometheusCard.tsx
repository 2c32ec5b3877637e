import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Badge, Card, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import type { Integration } from '../../contract/api.ts';
import { isAdmin } from '../access.ts';
import { paths } from '../constants.ts';
import { Facts } from '../ui/Facts.tsx';
import { Nothing } from '../ui/Nothing.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { HowToEnable } from './DisabledNotice.tsx';

/** Whether Prometheus may scrape, how many keys it has, and when one was last used. */
export function PrometheusCard({ integration }: { readonly integration: Integration }) {
  const styles = useStyles2(getStyles);
  const { name, status, path, activeTokens, lastScrapeAt } = integration;
  return (
    <Card noMargin className={styles.card}>
      <Card.Heading>
        <Stack gap={1} alignItems="center">
          {name}
          {status === 'enabled' ? (
            <Badge color="green" icon="check" text={t('integrations.enabled', 'Enabled')} />
          ) : (
            <Badge color="darkgrey" icon="pause" text={t('integrations.disabled', 'Disabled')} />
          )}
        </Stack>
      </Card.Heading>
      <Card.Description className={styles.description}>
        <Trans i18nKey="integrations.prometheus.description">
          An external monitoring stack scrapes platform-health metrics: appliance liveness and component state only. No
          traffic data ever leaves through this endpoint.
        </Trans>
        {status === 'disabled' && (
          <div className={styles.notice}>
            <HowToEnable />
          </div>
        )}
        <div className={styles.facts}>
          <Facts
            facts={[
              [t('integrations.endpoint', 'Endpoint'), <code key="path">{path}</code>],
              [t('integrations.active-tokens', 'Active tokens'), activeTokens],
              [t('integrations.last-scrape', 'Last scrape'), <LastScrape key="at" at={lastScrapeAt} />],
            ]}
          />
        </div>
      </Card.Description>
      {isAdmin() && (
        <Card.Actions>
          <LinkButton href={paths.tokens} variant="secondary" icon="key-skeleton-alt">
            <Trans i18nKey="integrations.manage-tokens">Manage tokens</Trans>
          </LinkButton>
        </Card.Actions>
      )}
    </Card>
  );
}

function LastScrape({ at }: { readonly at: string | null }) {
  return at ? <RelativeTime at={at} /> : <Nothing words={t('integrations.never-scraped', 'Never scraped')} />;
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({ height: '100%' }),
  // A card's text is faint; what is on it has to be read.
  description: css({ overflow: 'visible', display: 'block' }),
  notice: css({ marginTop: theme.spacing(1) }),
  facts: css({ marginTop: theme.spacing(1.5), color: theme.colors.text.primary, '& dl': { marginBottom: 0 } }),
});
