import type { ReactNode } from 'react';
import { t } from '@grafana/i18n';
import type { Push } from '../../contract/api.ts';
import { pushFailureReasonNames } from '../../contract/appliance.ts';
import { asText } from '../ui/asText.ts';
import { Nothing } from '../ui/Nothing.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { failureWords } from './pushWords.ts';

type PushFact = readonly [name: string, value: ReactNode];

/** Where the push goes and how it has gone; nothing where it was never set up. */
export function pushFacts({ settings, health }: Push): PushFact[] {
  const { url, job, instance, intervalSeconds, username } = settings;
  if (url === '') return [];
  const failures = failureCounts(health.failures);
  return [
    [t('push.fact.url', 'Pushgateway'), <bdi key="url">{url}</bdi>],
    [t('push.fact.job', 'Job'), <bdi key="job">{job}</bdi>],
    [
      t('push.fact.instance', 'Instance'),
      instance === '' ? (
        <Nothing key="instance" words={t('push.fact.no-instance', 'Without a name')} />
      ) : (
        <bdi key="instance">{instance}</bdi>
      ),
    ],
    [t('push.fact.interval', 'Interval'), t('push.fact.seconds', 'every {{seconds}} s', { seconds: intervalSeconds })],
    [
      t('push.fact.user', 'Signs in as'),
      username === null ? (
        <Nothing key="user" words={t('push.fact.no-user', 'Without a user name')} />
      ) : (
        <bdi key="user">{username}</bdi>
      ),
    ],
    [
      t('push.fact.last-success', 'Last success'),
      health.lastSuccessAt ? (
        <RelativeTime key="success" at={health.lastSuccessAt} />
      ) : (
        <Nothing key="success" words={t('push.fact.no-success', 'None since the start')} />
      ),
    ],
    ...(failures === '' ? [] : [[t('push.fact.failures', 'Failures'), failures] as const]),
  ];
}

/** Since the backend started: how often, and why. */
function failureCounts(failures: Push['health']['failures']): string {
  return pushFailureReasonNames
    .filter((reason) => failures[reason])
    .map((reason) =>
      t('push.fact.failure', '{{count}} × {{reason}}', {
        count: failures[reason],
        reason: failureWords(reason),
        ...asText,
      }),
    )
    .join('; ');
}
