import { t, Trans } from '@grafana/i18n';
import { Button, EmptyState } from '@grafana/ui';

/** Nothing matches what was asked for, and the way back to everything. */
export function NoMatch({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState
      variant="not-found"
      message={t('tokens.none-found', 'No token matches')}
      button={
        <Button variant="secondary" onClick={onClear}>
          <Trans i18nKey="tokens.clear-filters">Clear search and filter</Trans>
        </Button>
      }
    />
  );
}

/** The very first time: what to do here. */
export function NoTokens() {
  return (
    <EmptyState variant="call-to-action" message={t('tokens.none', 'No scrape tokens yet')}>
      <Trans i18nKey="tokens.none-hint">
        Create one for each monitoring stack that is to scrape this appliance. Its value is shown once.
      </Trans>
    </EmptyState>
  );
}
