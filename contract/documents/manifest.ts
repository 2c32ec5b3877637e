import { constantValues, labelSets, type Constants, type PlatformFamily } from '../catalogue-model.ts';
import type { Contract, ContractFamily } from '../api.ts';
import type { DescribedCatalogue } from './described-catalogue.ts';
import { catalogue } from '../metrics.ts';

/** What the scrape endpoint will never show (seeds/000). It cannot: every label value is listed in the contract. */
export const neverExposed = [
  'Any client MAC address, DUID, IP address, or vendor class.',
  'Any per-device counter, per-rule counter, or per-event time series.',
  'Any DHCP packet count broken down by anything other than aggregate alarm state.',
  'Any LLM verdict, automation rule firing, or action history.',
] as const;

/**
 * The privacy manifest: every family, label and allowed value of the platform's endpoint.
 * @param constants values that are known at start
 * @param others catalogues of other systems; those that are closed come out there, too
 */
export function manifest(constants: Constants, others: readonly DescribedCatalogue[] = []): Contract {
  return {
    namespace: catalogue.namespace,
    scope: catalogue.scope,
    families: [
      ...Object.values<PlatformFamily>(catalogue.families).map((family) => describe(family, constants)),
      ...others.flatMap(describeClosed),
    ],
    neverExposed: [...neverExposed],
  };
}

/** Whoever reports comes out as the label `instance`. */
function describeClosed({ catalogue, constants }: DescribedCatalogue): ContractFamily[] {
  if (catalogue.scope !== 'platform-health') return [];
  const { families, instances } = catalogue;
  const each = Object.values(families).map((family) => describe(family, constants));
  if (!instances) return each;
  return each.map((family) => ({
    ...family,
    labels: { ...family.labels, instance: [...instances] },
    series: family.series * instances.length,
  }));
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
