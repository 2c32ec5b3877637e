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
    { label: t('catalogues.detail.series', 'Series'), value: series.toLocaleString() },
  ];
}

function sourceDetails(source: NonNullable<Catalogue['source']>): Detail[] {
  const { address, askedAt, durationSeconds } = source;
  return [
    { label: t('catalogues.detail.exporter', 'Local exporter'), value: <code>{address}</code> },
    {
      label: t('catalogues.detail.asked', 'Last scraped'),
      value: askedAt ? (
        <span>
          <RelativeTime at={askedAt} />
          {durationSeconds !== null &&
            `, ${t('catalogues.detail.took', 'took {{time}}', { time: secondsText(durationSeconds) })}`}
        </span>
      ) : (
        t('catalogues.detail.never-asked', 'Not yet: it is scraped whenever the appliance is scraped.')
      ),
    },
  ];
}

function reportDetails(catalogue: Catalogue, { instances, maxInstances }: NonNullable<Catalogue['reports']>): Detail[] {
  const last = lastReportAt(catalogue);
  return [
    {
      label: t('catalogues.detail.instances', 'Instances'),
      value: t('catalogues.detail.instances-of', '{{count}} of at most {{max}}', {
        count: instances.length,
        max: maxInstances,
      }),
    },
    {
      label: t('catalogues.detail.last-report', 'Last report'),
      value: last ? <RelativeTime at={last} /> : <EmptyValue label={t('catalogues.detail.no-report', 'None yet')} />,
    },
  ];
}

/** Samples that did not come out; nothing where all did. */
export function droppedDetail(catalogue: Catalogue): Detail[] {
  const samples = droppedSamples(catalogue);
  if (samples === 0) return [];
  return [
    {
      label: t('catalogues.detail.dropped', 'Dropped'),
      value: t('catalogues.detail.dropped-samples', 'Samples since the start: {{samples}}', {
        samples: samples.toLocaleString(),
      }),
    },
  ];
}
