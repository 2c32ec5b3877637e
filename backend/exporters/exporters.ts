/** Local exporters: scraped whenever we are scraped. Nothing that they sent is kept for a later scrape. */
import type { CatalogueSource } from '../../contract/catalogue-model.ts';
import type { Catalogue as PresentedCatalogue } from '../../contract/catalogue-api.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import type { ExporterState } from './state.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { Refusal } from '../http/refusal.ts';
import type { AcceptedExposition, ValidateExposition } from '../reports/validate/accepted.ts';
import { timedOut } from './failures.ts';
import { pull } from './pull.ts';
import { createSingleFlight, type SingleFlight, type Work } from '../lib/single-flight.ts';
import { createExporterHealth, type ExporterHealth } from './exporter-health.ts';

export interface ExportersOptions {
  /** Those without a local exporter are passed over. */
  readonly catalogues: readonly DescribedCatalogue[];
  /** Hosts beside this machine that may be scraped. */
  readonly sourceHosts: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: ExporterState;
  readonly validate: ValidateExposition;
}

export interface Exporters {
  /**
   * What the local exporters of these catalogues show now, scraped side by side; scrapes of ours that come together share one.
   * One that fails, or is not done by the deadline, is missing. Never rejects.
   */
  scrape(ids: readonly string[], deadlineMs: number): Promise<ReadonlyMap<string, AcceptedExposition>>;
  /** As the API shows it; null where the catalogue has no local exporter. */
  present(id: string): PresentedCatalogue['source'];
  /** How many series came out last. */
  series(id: string): number;
  /** Whoever waits gets what is there. */
  close(): void;
}

interface Exporter {
  readonly health: ExporterHealth;
  readonly pulls: SingleFlight<AcceptedExposition | null>;
}

const MAX_SERIES = 200_000;
const nothingReported = new Set<string>();

export function createExporters(options: ExportersOptions): Exporters {
  const { catalogues, state, clock, logger } = options;
  let isClosed = false;
  const exporters = new Map<string, Exporter>();
  for (const described of catalogues) {
    const { id, source } = described.catalogue;
    if (!source) continue;
    const health = createExporterHealth({ id, address: addressOf(source), state, clock, logger });
    const pulls = createSingleFlight((work) => pullOnce(described, source, health, work));
    exporters.set(id, { health, pulls });
  }

  /** Null where it failed, which its health tells then. */
  async function pullOnce(
    described: DescribedCatalogue,
    source: CatalogueSource,
    health: ExporterHealth,
    { deadlineMs, signal, makeUncancellable, isWanted }: Work,
  ): Promise<AcceptedExposition | null> {
    const { sourceHosts, version, validate } = options;
    const attempt = health.beginScrape();
    const fail = (failure: string) => {
      if (isWanted()) attempt.failed(failure);
      return null;
    };
    try {
      const pulled = await pull({ source, sourceHosts, version, deadlineMs, signal });
      if (!pulled.ok) return fail(pulled.failure);
      makeUncancellable();
      const { body, dialect } = pulled;
      const accepted = await validate(body, {
        described,
        dialect,
        isLenient: true,
        instance: undefined,
        onInvalid: 'drop',
        maxSeries: MAX_SERIES,
        reportedByOthers: () => nothingReported,
      });
      if (isWanted()) attempt.succeeded(accepted);
      return accepted;
    } catch (error) {
      if (error instanceof Refusal) return fail(`What it sent cannot be read: ${error.message}`);
      logger.error({ err: error }, `the local exporter of the catalogue ${described.catalogue.id} could not be read`);
      return fail('It could not be read. The log says why.');
    }
  }

  async function scrapeOne({ health, pulls }: Exporter, deadlineMs: number): Promise<AcceptedExposition | null> {
    const attempt = health.beginScrape();
    const accepted = await pulls.wait(deadlineMs);
    if (accepted === undefined && !isClosed) attempt.failed(timedOut(deadlineMs));
    return accepted ?? null;
  }

  return {
    async scrape(ids, deadlineMs) {
      const found = await Promise.all(
        [...new Set(ids)].map(async (id) => {
          const exporter = exporters.get(id);
          return [id, exporter ? await scrapeOne(exporter, deadlineMs) : null] as const;
        }),
      );
      return new Map(found.flatMap(([id, accepted]) => (accepted ? [[id, accepted]] : [])));
    },
    present: (id) => exporters.get(id)?.health.present() ?? null,
    series: (id) => exporters.get(id)?.health.series ?? 0,
    close() {
      isClosed = true;
      for (const { pulls } of exporters.values()) pulls.close();
    },
  };
}

function addressOf(source: CatalogueSource): string {
  return 'socket' in source ? source.socket : source.scrape;
}
