import type { RuleMetric } from '../../contract/alarms.ts';
import type { Feeds } from './feeds.ts';

/** Families that only the scrape endpoint knows: it counts them, or says what it is. */
type EndpointKey = 'buildInfo' | 'processStartTime' | 'scrapeAuthFailures' | 'httpRequests';
/** Families whose numbers exist with the endpoint off, too: plain state of the modules that own them. */
export type PlatformFeeds = Omit<Feeds, EndpointKey>;

/** A number by its family's key and labels; undefined where nothing counts it here. */
export type MetricReader = (key: RuleMetric, labels: Readonly<Record<string, string>>) => number | undefined;

/** The appliance's numbers, read by the alarm engine and, where it exists, by the registry. */
export interface Numbers {
  readonly feeds: PlatformFeeds;
  readonly read: MetricReader;
  /** Adds what the scrape endpoint counts, where it is on. */
  add(feeds: Pick<Feeds, 'scrapeAuthFailures' | 'httpRequests'>): void;
  /** Brings up to date what is counted in the database. Before every reading. */
  refresh(): Promise<void>;
}

export function createNumbers(feeds: PlatformFeeds, refresh: () => Promise<void>): Numbers {
  let all: Partial<Feeds> = feeds;
  return {
    feeds,
    read: (key, labels) => (all[key] as ((labels: Readonly<Record<string, string>>) => number) | undefined)?.(labels),
    add: (more) => {
      all = { ...all, ...more };
    },
    refresh,
  };
}
