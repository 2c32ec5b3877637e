import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/error.ts';
import { isLoopback, urlHost } from '../lib/ip-address.ts';

/**
 * The catalogues that the configuration names.
 * @throws ConfigError that names every error of every file, and a local exporter on another host than it may ask
 */
export async function loadConfiguredCatalogues(settings: Config['prometheus']): Promise<readonly DescribedCatalogue[]> {
  if (settings.catalogues.length === 0) return [];
  const { loadCatalogues } = await import('./check.ts'); // PromQL's grammar, only where it is needed
  const described = loadCatalogues(settings.catalogues);
  described.forEach(({ catalogue: { id, source } }) => {
    if (!source || 'socket' in source) return;
    const host = urlHost(new URL(source.scrape));
    if (isLoopback(host) || settings.source_hosts.includes(host)) return;
    throw new ConfigError(
      `prometheus.source_hosts: the catalogue ${id} has its local exporter on ${host}, which is not this machine. Name the host here if it may be asked.`,
    );
  });
  return described;
}

/** Whether programs report for it; otherwise it has a local exporter. */
export function isReported({ catalogue }: DescribedCatalogue): boolean {
  return catalogue.source === undefined;
}

/** Ids of catalogues by what is done with them. */
export function sortCatalogues(described: readonly DescribedCatalogue[]) {
  const all = described.map(({ catalogue }) => catalogue);
  const ids = (some: typeof all) => some.map(({ id }) => id);
  return {
    /** Those that a token has to name. */
    inventories: ids(all.filter(({ scope }) => scope === 'inventory')),
    /** Those of the platform's own endpoint that have a local exporter. */
    sources: ids(all.filter(({ scope, source }) => scope === 'platform-health' && source !== undefined)),
  };
}
