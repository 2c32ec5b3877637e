/** The families of a catalogue file in the contract's shape. */
import { baseUnits, type Family } from '../../contract/catalogue-model.ts';
import type { CatalogueFile, FamilyEntry } from './schema.ts';

/** By their names, which are their keys too. Each has the labels that all of them have, then its own. */
export function familiesOf(file: Pick<CatalogueFile, 'labels' | 'families'>): Record<string, Family> {
  return Object.fromEntries(
    Object.entries(file.families).map(([name, entry]) => [name, family(name, entry, file.labels ?? {})]),
  );
}

function family(name: string, entry: FamilyEntry, common: Family['labels']): Family {
  const unit = entry.unit ?? baseUnits.find((one) => name.replace(/_total$/, '').endsWith(`_${one}`));
  const { labels = {}, ...rest } = entry;
  return { name, ...rest, ...(unit && { unit }), labels: { ...common, ...labels } };
}
