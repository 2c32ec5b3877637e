import { t } from '@grafana/i18n';
import type { PushHealth } from '../../contract/api.ts';
import { asText } from '../lib/asText.ts';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { Warning } from '../ui/Warning.tsx';

/** Groups that stand still on a Pushgateway, and what to do about them; nothing where there is none. */
export function StaleGroups({ groups }: { readonly groups: PushHealth['staleGroups'] }) {
  if (groups.length === 0) return null;
  return (
    <Warning>
      <strong>{t('push.stale.title', 'A Pushgateway still holds stale metrics.')}</strong>{' '}
      {t(
        'push.stale.advice',
        'They look as if the appliance were still pushing them. It keeps trying to delete them. Make that Pushgateway reachable again, or delete these groups there yourself:',
      )}
      <ul>
        {groups.map(({ url, job, instance, since, failure }) => (
          <li key={JSON.stringify([url, job, instance])}>
            <bdi>{groupText(job, instance)}</bdi> {t('push.stale.at', 'at {{url}}, since', { url, ...asText })}{' '}
            <RelativeTime at={since} />
            {failure && <> — {failure}</>}
          </li>
        ))}
      </ul>
    </Warning>
  );
}

/** A group as Prometheus would write its labels. */
function groupText(job: string, instance: string): string {
  return `{job=${JSON.stringify(job)}, instance=${JSON.stringify(instance)}}`;
}
