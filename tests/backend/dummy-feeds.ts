import { applianceFamilies } from '../../contract/metrics.ts';
import type { Feeds } from '../../backend/metrics/values.ts';

/** A feed for every family: 1 everywhere, unless a test says otherwise. */
export function dummyFeeds(overrides: Partial<Feeds> = {}): Feeds {
  const feeds: Record<string, (labels: never) => number | undefined> = {};
  for (const [key, { type }] of Object.entries(applianceFamilies)) {
    if (type !== 'histogram' && key !== 'scrapeTokenExpiry') feeds[key] = () => 1;
  }
  return { ...(feeds as Feeds), ...overrides };
}

export const dummyConstants = {
  version: '0.1.0',
  commit: 'abc1234',
  goVersion: 'none',
  clickhouseInstance: 'db.example',
  catalogueSources: ['node-exporter'],
};
