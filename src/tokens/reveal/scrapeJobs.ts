import type { Token } from '../../../contract/api.ts';
import { PLATFORM } from '../../../contract/platform.ts';
import type { Catalogues } from '../fields/scope.ts';

/** One thing that a token reads, as a scraper has to be told of it. */
export interface ScrapeJob {
  readonly name: string;
  readonly metricsPath: string;
  /**
   * The label `instance` is to be that of the programs that reported, and not the scraped address. `honor_labels` would do it,
   * but also let a label `job` of theirs take the place of the target's.
   */
  readonly keepsInstances: boolean;
}

export const platformJob: ScrapeJob = {
  name: 'dhcp-dpi',
  metricsPath: '/api/metrics/prometheus',
  keepsInstances: false,
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
    keepsInstances: catalogue !== undefined && catalogue.reports !== null,
  };
}
