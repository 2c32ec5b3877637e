/** Text formats that a scrape can be answered in, with the Content-Type each is announced by. The order is our preference. */
export const contentTypes = {
  'text-0.0.4': 'text/plain; version=0.0.4; charset=utf-8',
  'text-1.0.0': 'text/plain; version=1.0.0; charset=utf-8; escaping=underscores',
  'openmetrics-1.0.0': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

export type ExpositionFormat = keyof typeof contentTypes;
export const expositionFormats = Object.keys(contentTypes) as ExpositionFormat[];
