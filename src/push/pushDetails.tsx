import { t } from '@grafana/i18n';
import type { Push } from '../../contract/api.ts';
import { pushFailureReasonNames } from '../../contract/appliance.ts';
import { asText } from '../lib/asText.ts';
import type { Detail } from '../ui/DetailList.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { failureLabel } from './pushLabels.ts';

/** Where the push goes and how it has gone; nothing where it was never set up. */
export function pushDetails({ settings, health }: Push): Detail[] {
  const { url, job, instance, intervalSeconds, username } = settings;
  if (url === '') return [];
  const failures = failureCounts(health.failures);
  return [
    { label: t('push.detail.url', 'Pushgateway'), value: <bdi>{url}</bdi> },
    { label: t('push.detail.job', 'Job'), value: <bdi>{job}</bdi> },
    {
      label: t('push.detail.instance', 'Instance'),
      value:
        instance === '' ? <EmptyValue label={t('push.detail.no-instance', 'Without a name')} /> : <bdi>{instance}</bdi>,
    },
    {
      label: t('push.detail.interval', 'Interval'),
      value: t('push.detail.seconds', 'every {{seconds}} s', { seconds: intervalSeconds }),
    },
    {
      label: t('push.detail.user', 'User name'),
      value:
        username === null ? (
          <EmptyValue label={t('push.detail.no-user', 'Without a user name')} />
        ) : (
          <bdi>{username}</bdi>
        ),
    },
    {
      label: t('push.detail.last-success', 'Last success'),
      value: health.lastSuccessAt ? (
        <RelativeTime at={health.lastSuccessAt} />
      ) : (
        <EmptyValue label={t('push.detail.no-success', 'None since the start')} />
      ),
    },
    ...(failures === '' ? [] : [{ label: t('push.detail.failures', 'Failures'), value: failures }]),
  ];
}

/** Since the backend started: how often, and why. */
function failureCounts(failures: Push['health']['failures']): string {
  return pushFailureReasonNames
    .filter((reason) => failures[reason])
    .map((reason) =>
      t('push.detail.failure', '{{count}} × {{reason}}', {
        count: failures[reason],
        reason: failureLabel(reason),
        ...asText,
      }),
    )
    .join('; ');
}
