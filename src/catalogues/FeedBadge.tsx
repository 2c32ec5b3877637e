import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { FeedState } from './feedState.ts';

/** Whether numbers come in, by word and icon: never by colour alone. */
export function FeedBadge({ state }: { readonly state: FeedState }) {
  switch (state) {
    case 'up':
      return <Badge color="green" icon="check" text={t('catalogues.feed.up', 'Exporter up')} />;
    case 'down':
      return <Badge color="red" icon="times-circle" text={t('catalogues.feed.down', 'Exporter down')} />;
    case 'never_asked':
      return <Badge color="darkgrey" icon="clock-nine" text={t('catalogues.feed.not-scraped', 'Not scraped yet')} />;
    case 'reporting':
      return <Badge color="green" icon="check" text={t('catalogues.feed.reporting', 'Reporting')} />;
    case 'no_reports':
      return <Badge color="darkgrey" icon="pause" text={t('catalogues.feed.no-reports', 'No reports')} />;
  }
}
