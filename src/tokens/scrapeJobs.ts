import type { Token } from '../../contract/api.ts';
import { PLATFORM } from '../../contract/platform.ts';
import type { Catalogues } from './scope.ts';

/** One thing that a token reads, as a scraper has to be told of it. */
export interface ScrapeJob {
  readonly name: string;
  readonly metricsPath: string;
  /** The label `instance` is that of the programs that reported, and not the scraped address. */
  readonly honorsLabels: boolean;
}

export const platformJob: ScrapeJob = {
  name: 'dhcp-dpi',
  metricsPath: '/api/metrics/prometheus',
  honorsLabels: false,
};

/** A job for everything that a token reads, platform health first. */
export function jobsOf({ catalogues: ids }: Pick<Token, 'catalogues'>, catalogues: Catalogues): ScrapeJob[] {
  const others = ids.filter((id) => id !== PLATFORM).map((id) => catalogueJob(id, catalogues));
  return ids.includes(PLATFORM) ? [platformJob, ...others] : others;
}

function catalogueJob(id: string, catalogues: Catalogues): ScrapeJob {
  const catalogue = catalogues?.find((each) => each.id === id);
  return {
    name: id,
    metricsPath: catalogue?.path ?? `/api/metrics/catalogues/${id}`,
    honorsLabels: catalogue !== undefined && catalogue.reports !== null,
  };
}
