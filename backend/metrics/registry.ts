import type { Constants as LabelConstants, PlatformFamily } from '../../contract/catalogue-model.ts';
import { applianceFamilies } from '../../contract/metrics.ts';
import type { LabelSet, Snapshot } from '../exposition/text.ts';
import { nodeConstants } from '../lib/release.ts';
import { closedSets, fedFamily, histogramFamily, type HistogramFamily, type LiveFamily } from './families.ts';
import { startRuntimeFamilies } from './runtime-families.ts';
import type { ConstantName, FeedKey, Feeds, HistogramKey, LabelsOf } from './values.ts';

/** Label values that are known when the process starts; those of Node.js itself are filled in. None may be empty. */
export type Constants = Readonly<
  Record<Exclude<ConstantName, keyof typeof nodeConstants | 'catalogueSources'>, string> & {
    /** Ids of closed catalogues that have a local exporter; there may be none. */
    catalogueSources: readonly string[];
  }
>;

export interface RegistryOptions {
  readonly feeds: Feeds;
  readonly constants: Constants;
  /** A monotonic clock in milliseconds. */
  readonly now?: () => number;
}

/** Every family of the contract, and nothing else. Belongs to one application: there is no global one. */
export interface MetricsRegistry {
  /** Adds an observation to a histogram. Throws TypeError for labels outside the contract: that is a programming error. */
  observe<K extends HistogramKey>(key: K, labels: LabelsOf<K>, value: number): void;
  /**
   * All families at this moment, immutable; calls may overlap. A family whose numbers did not change since the snapshot
   * before is the same object, and so is the whole snapshot where none did. Rejects when a feed throws.
   */
  snapshot(): Promise<Snapshot>;
  /** Stops everything that runs between scrapes. May be called again. */
  close(): void;
}

export function createRegistry({ feeds, constants, now = () => performance.now() }: RegistryOptions): MetricsRegistry {
  for (const [name, value] of Object.entries(constants)) {
    if (value === '') throw new TypeError(`The constant ${name} is empty, so its label would be missing`);
  }
  const { families, observe } = applianceNumbers(feeds, { ...constants, ...nodeConstants });
  const runtime = startRuntimeFamilies(now);
  let last: Snapshot = [];

  return {
    observe,
    async snapshot() {
      const all = families.map((family) => family.read());
      all.push(...(await runtime.read()));
      if (all.length !== last.length || all.some((one, position) => one !== last[position])) last = Object.freeze(all);
      return last;
    },
    close: () => runtime.close(),
  };
}

/** The appliance's own families in the contract's order, without the caller's. */
function applianceNumbers(feeds: Feeds, constants: LabelConstants) {
  const histograms = new Map<string, HistogramFamily>();

  function open([key, family]: [string, PlatformFamily]): LiveFamily[] {
    const sets = closedSets(family, constants);
    if (family.type !== 'histogram') {
      const feed = feeds[key as FeedKey] as ((labels: LabelSet) => number | undefined) | undefined;
      return feed ? [fedFamily(family, sets, feed)] : [];
    }
    const histogram = histogramFamily(family, sets);
    histograms.set(key, histogram);
    return [histogram];
  }

  const families = Object.entries<PlatformFamily>(applianceFamilies).flatMap(open);
  const observe: MetricsRegistry['observe'] = (key, labels, value) => {
    const histogram = histograms.get(key);
    if (!histogram) throw new TypeError(`${key} is no histogram`);
    histogram.observe(labels, value);
  };
  return { families, observe };
}
