/** What an alarm rule may say, as plain data: the backend's schema and the plugin's editor both go by it. */
import { applianceFamilies } from './appliance.ts';

type Appliance = typeof applianceFamilies;
type Watchable = { [K in keyof Appliance]: Appliance[K]['type'] extends 'histogram' ? never : K }[keyof Appliance];

/** Constants, the calling token's own expiry (a rule of its own kind) and the engine's numbers, which would feed back. */
const notWatched = [
  'buildInfo',
  'processStartTime',
  'scrapeTokenExpiry',
  'alarmsActive',
  'alarmsStateTransitions',
  'alarmEngineTickAge',
  'alarmEngineLastTick',
] as const satisfies readonly Watchable[];

/** Families that a rule can watch, by their key in the catalogue. */
export type RuleMetric = Exclude<Watchable, (typeof notWatched)[number]>;
export const ruleMetrics = (Object.keys(applianceFamilies) as (keyof Appliance)[]).filter(
  (key): key is RuleMetric =>
    applianceFamilies[key].type !== 'histogram' && !(notWatched as readonly string[]).includes(key),
);

export const comparisons = ['>', '>=', '<', '<=', '==', '!='] as const;
export type Comparison = (typeof comparisons)[number];

const DAY = 24 * 3600;

/** Least and most of a rule's whole numbers. */
export interface RuleLimit {
  readonly min: number;
  readonly max: number;
}

/** Times are in seconds. */
export const ruleLimits = {
  metricWindow: { min: 10, max: DAY },
  metricFor: { min: 0, max: DAY },
  atLeast: { min: 1, max: 1000 },
  auditWindow: { min: 10, max: 7 * DAY },
  expiryWithin: { min: 60, max: 365 * DAY },
} as const satisfies Record<string, RuleLimit>;
