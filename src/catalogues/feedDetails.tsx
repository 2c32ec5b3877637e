import { t } from '@grafana/i18n';
import type { Catalogue } from '../../contract/api.ts';
import { secondsText } from '../ui/secondsText.ts';
import type { Detail } from '../ui/DetailList.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { droppedSamples, lastReportAt } from './feedState.ts';

/** How a catalogue is fed, when it was fed last, and what came of it. */
export function feedDetails(catalogue: Catalogue): Detail[] {
  const { source, reports, series } = catalogue;
  return [
    ...(source ? sourceDetails(source) : []),
    ...(reports ? reportDetails(catalogue, reports) : []),
    { label: t('catalogues.fact.series', 'Series'), value: series.toLocaleString() },
  ];
}

function sourceDetails(source: NonNullable<Catalogue['source']>): Detail[] {
  const { address, askedAt, durationSeconds } = source;
  return [
    { label: t('catalogues.fact.exporter', 'Local exporter'), value: <code>{address}</code> },
    {
      label: t('catalogues.fact.asked', 'Last asked'),
      value: askedAt ? (
        <span>
          <RelativeTime at={askedAt} />
          {durationSeconds !== null &&
            `, ${t('catalogues.fact.took', 'it took {{time}}', { time: secondsText(durationSeconds) })}`}
        </span>
      ) : (
        t('catalogues.fact.never-asked', 'Never: it is asked whenever the appliance is scraped.')
      ),
    },
  ];
}

function reportDetails(catalogue: Catalogue, { instances, maxInstances }: NonNullable<Catalogue['reports']>): Detail[] {
  const last = lastReportAt(catalogue);
  return [
    {
      label: t('catalogues.fact.instances', 'Instances'),
      value: t('catalogues.fact.instances-of', '{{count}} of at most {{max}}', {
        count: instances.length,
        max: maxInstances,
      }),
    },
    {
      label: t('catalogues.fact.last-report', 'Last report'),
      value: last ? <RelativeTime at={last} /> : <EmptyValue label={t('catalogues.fact.no-report', 'None yet')} />,
    },
  ];
}

/** Samples that did not come out; nothing where all did. */
export function droppedDetail(catalogue: Catalogue): Detail[] {
  const samples = droppedSamples(catalogue);
  if (samples === 0) return [];
  return [
    {
      label: t('catalogues.fact.dropped', 'Dropped'),
      value: t('catalogues.fact.dropped-samples', 'Samples since the start: {{samples}}', {
        samples: samples.toLocaleString(),
      }),
    },
  ];
}
