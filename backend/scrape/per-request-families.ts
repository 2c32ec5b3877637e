/** Families that only one scrape's answer has. */
import { dropReasonNames } from '../../contract/appliance.ts';
import type { DescribedCatalogue } from '../../contract/described.ts';
import { applianceFamilies } from '../../contract/metrics.ts';
import type { SourceState } from '../catalogues/state.ts';
import type { ScrapeToken } from '../tokens/verify.ts';
import { singleValue, type FamilySnapshot } from '../exposition/text.ts';

/** When the token of this very scrape expires. */
export function expiryFamily({ expiresAt }: Pick<ScrapeToken, 'expiresAt'>): FamilySnapshot[] {
  return expiresAt === null ? [] : [singleValue(applianceFamilies.scrapeTokenExpiry, expiresAt / 1000)];
}

/** How the local exporter of a catalogue is, beside what came of it, where the catalogue has a route of its own. */
export function sourceFamilies({ catalogue }: DescribedCatalogue, { up, dropped }: SourceState): FamilySnapshot[] {
  const { id, source } = catalogue;
  if (!source) return [];
  const counts = dropped.get(id);
  return [
    {
      family: applianceFamilies.catalogueSourceUp,
      series: [{ labels: { catalogue: id }, value: Number(up.get(id) ?? false) }],
    },
    {
      family: applianceFamilies.catalogueDropped,
      series: dropReasonNames.map((reason) => ({ labels: { catalogue: id, reason }, value: counts?.[reason] ?? 0 })),
    },
  ];
}
