import type { Family } from '../../contract/catalogue-model.ts';
import type { DescribedCatalogue } from '../../contract/described.ts';
import { familyHeader, type Dialect } from '../exposition/text.ts';
import type { Fitted } from './accepted.ts';

/** A catalogue with what came in for it: of each instance, or of its local exporter. */
export interface Filled {
  readonly described: DescribedCatalogue;
  readonly sets: readonly Fitted[];
}

/** The expositions of several, one behind the other, in pieces and without an end. */
export function textOf(filled: readonly Filled[]): (dialect: Dialect) => Buffer[] {
  return (dialect) => filled.flatMap((one) => filledText(one, dialect));
}

/** Each family once, with the lines of every instance. */
function filledText({ described, sets }: Filled, dialect: Dialect): Buffer[] {
  const byName = new Map<string, Buffer[]>();
  for (const { families } of sets) {
    for (const { name, lines } of families) {
      const found = byName.get(name) ?? [];
      found.push(lines[dialect]);
      byName.set(name, found);
    }
  }
  return Object.values<Family>(described.catalogue.families).flatMap((family) => {
    const lines = byName.get(family.name);
    return lines ? [Buffer.from(familyHeader(family, dialect)), ...lines] : [];
  });
}
