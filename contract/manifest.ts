import { constantValues, labelSets, type Constants, type PlatformFamily } from './catalogue.ts';
import type { Contract, ContractFamily } from './api.ts';
import { catalogue } from './metrics.ts';

/** What the scrape endpoint will never show (seeds/000). It cannot: every label value is listed in the contract. */
export const neverExposed = [
  'Any client MAC address, DUID, IP address, or vendor class.',
  'Any per-device counter, per-rule counter, or per-event time series.',
  'Any DHCP packet count broken down by anything other than aggregate alarm state.',
  'Any LLM verdict, automation rule firing, or action history.',
] as const;

/** The privacy manifest: every family, label and allowed value. @param constants values that are known at start */
export function manifest(constants: Constants): Contract {
  return {
    namespace: catalogue.namespace,
    scope: catalogue.scope,
    families: Object.values<PlatformFamily>(catalogue.families).map((family) => describe(family, constants)),
    neverExposed: [...neverExposed],
  };
}

function describe(family: PlatformFamily, constants: Constants): ContractFamily {
  const perSet = family.buckets ? family.buckets.length + 3 : 1;
  return {
    name: family.name,
    type: family.type,
    help: family.help,
    unit: family.unit ?? null,
    labels: Object.fromEntries(
      Object.entries(family.labels).map(([label, values]) => [
        label,
        [...('constant' in values ? constantValues(constants, values.constant) : values)],
      ]),
    ),
    buckets: family.buckets ? [...family.buckets] : null,
    series: labelSets(family, constants).length * perSet,
    absentWhen: family.absentWhen ?? null,
  };
}
