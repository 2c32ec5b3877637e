import { t } from '@grafana/i18n';
import type { ReactNode } from 'react';
import type { Catalogue } from '../../contract/api.ts';
import { secondsText } from '../tokens/details/secondsText.ts';
import { Nothing } from '../ui/Nothing.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { droppedSamples, lastReportAt } from './feedState.ts';

type FeedFact = readonly [name: string, value: ReactNode];

/** How a catalogue is fed, when it was fed last, and what came of it. */
export function feedFacts(catalogue: Catalogue): FeedFact[] {
  const { source, reports, series } = catalogue;
  return [
    ...(source ? sourceFacts(source) : []),
    ...(reports ? reportFacts(catalogue, reports) : []),
    [t('catalogues.fact.series', 'Series'), series.toLocaleString()],
  ];
}

function sourceFacts(source: NonNullable<Catalogue['source']>): FeedFact[] {
  const { address, askedAt, durationSeconds } = source;
  return [
    [t('catalogues.fact.exporter', 'Local exporter'), <code key="address">{address}</code>],
    [
      t('catalogues.fact.asked', 'Last asked'),
      askedAt ? (
        <span key="asked">
          <RelativeTime at={askedAt} />
          {durationSeconds !== null &&
            `, ${t('catalogues.fact.took', 'it took {{time}}', { time: secondsText(durationSeconds) })}`}
        </span>
      ) : (
        t('catalogues.fact.never-asked', 'Never: it is asked whenever the appliance is scraped.')
      ),
    ],
  ];
}

function reportFacts(catalogue: Catalogue, { instances, maxInstances }: NonNullable<Catalogue['reports']>): FeedFact[] {
  const last = lastReportAt(catalogue);
  return [
    [
      t('catalogues.fact.instances', 'Instances'),
      t('catalogues.fact.instances-of', '{{count}} of at most {{max}}', {
        count: instances.length,
        max: maxInstances,
      }),
    ],
    [
      t('catalogues.fact.last-report', 'Last report'),
      last ? <RelativeTime key="last" at={last} /> : <Nothing words={t('catalogues.fact.no-report', 'None yet')} />,
    ],
  ];
}

/** Samples that did not come out; nothing where all did. */
export function droppedFact(catalogue: Catalogue): FeedFact[] {
  const samples = droppedSamples(catalogue);
  if (samples === 0) return [];
  return [
    [
      t('catalogues.fact.dropped', 'Dropped'),
      t('catalogues.fact.dropped-samples', 'Samples since the start: {{samples}}', {
        samples: samples.toLocaleString(),
      }),
    ],
  ];
}
