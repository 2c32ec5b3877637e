import { applianceFamilies } from '../../contract/metrics.ts';

type Appliance = typeof applianceFamilies;
type KeysOfType<T extends string> = {
  [K in keyof Appliance]: Appliance[K]['type'] extends T ? K : never;
}[keyof Appliance];

type ClosedLabels<F> = F extends { readonly combinations: readonly (infer Combination)[] }
  ? Combination
  : F extends { readonly labels: infer Labels }
    ? { readonly [L in keyof Labels]: Labels[L] extends readonly (infer Value)[] ? Value : string }
    : never;

/** Labels of an appliance family with its closed values. */
export type LabelsOf<K extends keyof Appliance> = ClosedLabels<Appliance[K]>;

/** Families that the registry reads at a scrape; the calling token's expiry is the caller's, not the process's. */
export type FeedKey = Exclude<KeysOfType<'gauge' | 'counter'>, 'scrapeTokenExpiry'>;
/** Families that are told each observation. */
export type HistogramKey = KeysOfType<'histogram'>;

/**
 * Where each family's numbers come from, read at every scrape. `undefined` makes a series absent where the family may
 * be (`absentWhen`), and is 0 elsewhere. A counter's feed never falls within a process' life. Must not throw.
 */
export type Feeds = { readonly [K in FeedKey]: (labels: LabelsOf<K>) => number | undefined };

type ConstantsIn<Labels> = {
  [L in keyof Labels]: Labels[L] extends { readonly constant: infer Name extends string } ? Name : never;
}[keyof Labels];
/** Names of the constants that the appliance's families use as label values. */
export type ConstantName = { [K in keyof Appliance]: ConstantsIn<Appliance[K]['labels']> }[keyof Appliance];

export const feedKeys = (Object.keys(applianceFamilies) as (keyof Appliance)[]).filter(
  (key): key is FeedKey => applianceFamilies[key].type !== 'histogram' && key !== 'scrapeTokenExpiry',
);
export const histogramKeys = (Object.keys(applianceFamilies) as (keyof Appliance)[]).filter(
  (key): key is HistogramKey => applianceFamilies[key].type === 'histogram',
);
