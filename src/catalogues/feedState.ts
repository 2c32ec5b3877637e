import type { Catalogue } from '../../contract/api.ts';

/** How the numbers of a catalogue come in: by its local exporter (the first three), or by reports. */
export type FeedState = 'up' | 'down' | 'never_asked' | 'reporting' | 'no_reports';

export function feedStateOf({ source, reports }: Catalogue): FeedState {
  if (source) return source.status;
  return reports && reports.instances.length > 0 ? 'reporting' : 'no_reports';
}

/** How many samples of its local exporter did not come out since the backend started. */
export function droppedSamples({ source }: Catalogue): number {
  return (source?.dropped ?? []).reduce((sum, { samples }) => sum + samples, 0);
}

/** When something was last reported, of any instance. */
export function lastReportAt({ reports }: Catalogue): string | undefined {
  return reports?.instances
    .map(({ reportedAt }) => reportedAt)
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}

/** Those that somebody has to look at come first, or they might be on a page that nobody opens. */
export function downFirst(catalogues: readonly Catalogue[]): Catalogue[] {
  const isTroubled = (catalogue: Catalogue) => feedStateOf(catalogue) === 'down';
  return [...catalogues].sort((a, b) => Number(isTroubled(b)) - Number(isTroubled(a)));
}
