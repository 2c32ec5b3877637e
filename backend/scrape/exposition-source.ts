import type { Catalogue, CatalogueList } from '../../contract/catalogue-api.ts';
import type { DescribedCatalogue } from '../../contract/described.ts';
import type { Reports } from '../reports/reports.ts';
import type { Filled } from '../reports/text.ts';
import type { Sources } from '../exporters/exporters.ts';

/** What fills the configured catalogues: reports, or local exporters. */
export interface Filling {
  /** Those of the platform's own endpoint. Local exporters are asked, and have so many milliseconds. */
  platform(deadlineMs: number): Promise<readonly Filled[]>;
  /** One that has a route of its own; undefined where there is no such. */
  inventory(id: string, deadlineMs: number): Promise<Filled | undefined>;
  list(): CatalogueList;
}

export interface FillingOptions {
  readonly catalogues: readonly DescribedCatalogue[];
  readonly reports: Reports;
  readonly exporters: Sources;
}

export function createFilling({ catalogues, reports, exporters }: FillingOptions): Filling {
  async function fill(some: readonly DescribedCatalogue[], deadlineMs: number): Promise<Filled[]> {
    const asked = some.filter(({ catalogue }) => catalogue.source).map(({ catalogue }) => catalogue.id);
    const answers = await exporters.ask(asked, deadlineMs);
    return some.map((described) => {
      const { id, source } = described.catalogue;
      const answer = answers.get(id);
      return { described, sets: source ? (answer ? [answer] : []) : reports.live(id) };
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
    platform: (deadlineMs) => fill(catalogues.filter(isPlatform), deadlineMs),
    async inventory(id, deadlineMs) {
      const found = catalogues.find((one) => one.catalogue.id === id && !isPlatform(one));
      return found && (await fill([found], deadlineMs))[0];
    },
    list: () => ({ items: catalogues.map(present) }),
  };
}

function isPlatform({ catalogue }: DescribedCatalogue): boolean {
  return catalogue.scope === 'platform-health';
}
