import type { Catalogue, CatalogueList } from '../../contract/catalogue-api.ts';
import type { Family } from '../../contract/catalogue-model.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { familyHeader, type Dialect } from '../exposition/text.ts';
import type { Reports } from '../reports/reports.ts';
import type { AcceptedExposition } from '../reports/validate/accepted.ts';
import type { Exporters } from './exporters.ts';

/** A catalogue with what was accepted for it: of each instance, or of its local exporter. */
export interface CatalogueExposition {
  readonly described: DescribedCatalogue;
  readonly accepted: readonly AcceptedExposition[];
}

/** Where the series of the configured catalogues come from: reports, or local exporters. */
export interface ExpositionSource {
  /** Those of the platform's own endpoint. Local exporters are scraped, and have so many milliseconds. */
  platform(deadlineMs: number): Promise<readonly CatalogueExposition[]>;
  /** One that has a route of its own; undefined where there is no such. */
  inventory(id: string, deadlineMs: number): Promise<CatalogueExposition | undefined>;
  list(): CatalogueList;
}

export interface ExpositionSourceOptions {
  readonly catalogues: readonly DescribedCatalogue[];
  readonly reports: Reports;
  readonly exporters: Exporters;
}

export function createExpositionSource({ catalogues, reports, exporters }: ExpositionSourceOptions): ExpositionSource {
  const onPlatform = catalogues.filter(isPlatform);
  const nothing = Promise.resolve([]);

  async function collect(some: readonly DescribedCatalogue[], deadlineMs: number): Promise<CatalogueExposition[]> {
    const pulled = some.filter(({ catalogue }) => catalogue.source).map(({ catalogue }) => catalogue.id);
    const answers = await exporters.scrape(pulled, deadlineMs);
    return some.map((described) => {
      const { id, source } = described.catalogue;
      const answer = answers.get(id);
      return { described, accepted: source ? (answer ? [answer] : []) : reports.live(id) };
    });
  }

  function present(described: DescribedCatalogue): Catalogue {
    const { catalogue, title, description } = described;
    const { id, namespace, scope, ttlSeconds = 0, families } = catalogue;
    const reported = catalogue.source ? null : reports.present(id);
    const inReports = (reported?.instances ?? []).reduce((sum, { series }) => sum + series, 0);
    return {
      id,
      title,
      description,
      namespace,
      scope,
      path: isPlatform(described) ? '/api/metrics/prometheus' : `/api/metrics/catalogues/${id}`,
      ttlSeconds,
      families: Object.values(families).map(({ name, type, help }) => ({ name, type, help })),
      series: catalogue.source ? exporters.series(id) : inReports,
      reports: reported,
      source: catalogue.source ? exporters.present(id) : null,
    };
  }

  return {
    platform: (deadlineMs) => (onPlatform.length === 0 ? nothing : collect(onPlatform, deadlineMs)),
    async inventory(id, deadlineMs) {
      const found = catalogues.find((one) => one.catalogue.id === id && !isPlatform(one));
      return found && (await collect([found], deadlineMs))[0];
    },
    list: () => ({ items: catalogues.map(present) }),
  };
}

function isPlatform({ catalogue }: DescribedCatalogue): boolean {
  return catalogue.scope === 'platform-health';
}

/** The expositions of several, one behind the other, in chunks and without an end. */
export function renderCatalogues(catalogues: readonly CatalogueExposition[]): (dialect: Dialect) => Buffer[] {
  return (dialect) => catalogues.flatMap((one) => renderCatalogue(one, dialect));
}

/** Each family once, with the lines of every instance. */
function renderCatalogue({ described, accepted }: CatalogueExposition, dialect: Dialect): Buffer[] {
  const byName = new Map<string, Buffer[]>();
  for (const { families } of accepted) {
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
