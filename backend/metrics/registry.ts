import type { Snapshot } from '../exposition/text.ts';
import type { ConstantName, Feeds, HistogramKey, LabelsOf } from './feeds.ts';
import { createInstruments } from './instruments.ts';
import { startRuntime } from './runtime.ts';
import { nodeConstants } from '../lib/release.ts';

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
  /** All families at this moment, immutable; calls may overlap. Rejects when a feed throws. */
  snapshot(): Promise<Snapshot>;
  /** Stops everything that runs between scrapes. May be called again. */
  close(): void;
}

export function createRegistry({ feeds, constants, now = () => performance.now() }: RegistryOptions): MetricsRegistry {
  for (const [name, value] of Object.entries(constants)) {
    if (value === '') throw new TypeError(`The constant ${name} is empty, so its label would be missing`);
  }
  const instruments = createInstruments(feeds, { ...constants, ...nodeConstants });
  const runtime = startRuntime(now);
  return {
    observe: (key, labels, value) => instruments.observe(key, labels, value),
    async snapshot() {
      const [appliance, process] = await Promise.all([instruments.read(), runtime.read()]);
      return Object.freeze([...appliance, ...process]);
    },
    close: () => runtime.close(),
  };
}
