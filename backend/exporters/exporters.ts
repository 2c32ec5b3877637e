/** Local exporters: asked whenever we are scraped. Nothing that they sent is kept for a later scrape. */
import type { CatalogueSource } from '../../contract/catalogue-model.ts';
import type { Catalogue as PresentedCatalogue } from '../../contract/catalogue-api.ts';
import type { DescribedCatalogue } from '../../contract/described.ts';
import type { SourceState } from '../catalogues/state.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { Refusal } from '../http/refusal.ts';
import type { Fitted, ReadExposition } from '../reports/accepted.ts';
import { tooSlow } from './failures.ts';
import { pull } from './pull.ts';
import { createSingleFlight, type SingleFlight, type Work } from '../lib/single-flight.ts';
import { createStanding, type Standing } from './exporter-health.ts';

export interface SourcesOptions {
  /** Those without a local exporter are passed over. */
  readonly catalogues: readonly DescribedCatalogue[];
  /** Hosts beside this machine that may be asked. */
  readonly sourceHosts: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: SourceState;
  readonly read: ReadExposition;
}

export interface Sources {
  /**
   * What the local exporters of these catalogues show now, asked side by side; scrapes that come together ask once.
   * One that fails, or is not done by the deadline, is missing. Never rejects.
   */
  ask(ids: readonly string[], deadlineMs: number): Promise<ReadonlyMap<string, Fitted>>;
  /** As the API shows it; null where the catalogue has no local exporter. */
  present(id: string): PresentedCatalogue['source'];
  /** How many series came out last. */
  series(id: string): number;
  /** Whoever waits gets what is there. */
  close(): void;
}

interface Source {
  readonly standing: Standing;
  readonly pulls: SingleFlight<Fitted | null>;
}

const MAX_SERIES = 200_000;
const nothingTaken = new Set<string>();

export function createSources(options: SourcesOptions): Sources {
  const { catalogues, state, clock, logger } = options;
  let isClosed = false;
  const sources = new Map<string, Source>();
  for (const described of catalogues) {
    const { id, source } = described.catalogue;
    if (!source) continue;
    const standing = createStanding({ id, address: addressOf(source), state, clock, logger });
    const pulls = createSingleFlight((work) => readSource(described, source, standing, work));
    sources.set(id, { standing, pulls });
  }

  /** Null where it failed, which its standing tells then. */
  async function readSource(
    described: DescribedCatalogue,
    source: CatalogueSource,
    standing: Standing,
    { deadlineMs, signal, makeUncancellable: goThrough, isWanted }: Work,
  ): Promise<Fitted | null> {
    const { sourceHosts, version, read } = options;
    const asked = standing.ask();
    const fail = (failure: string) => {
      if (isWanted()) asked.failed(failure);
      return null;
    };
    try {
      const pulled = await pull({ source, sourceHosts, version, deadlineMs, signal });
      if (!pulled.ok) return fail(pulled.failure);
      goThrough();
      const { body, dialect } = pulled;
      const fitted = await read(body, {
        described,
        dialect,
        instance: undefined,
        misfits: 'drop',
        maxSeries: MAX_SERIES,
        taken: () => nothingTaken,
      });
      if (isWanted()) asked.answered(fitted);
      return fitted;
    } catch (error) {
      if (error instanceof Refusal) return fail(`What it sent cannot be read: ${error.message}`);
      logger.error({ err: error }, `the local exporter of the catalogue ${described.catalogue.id} could not be read`);
      return fail('It could not be read. The log says why.');
    }
  }

  async function askOne({ standing, pulls }: Source, deadlineMs: number): Promise<Fitted | null> {
    const asked = standing.ask();
    const fitted = await pulls.wait(deadlineMs);
    if (fitted === undefined && !isClosed) asked.failed(tooSlow(deadlineMs));
    return fitted ?? null;
  }

  return {
    async ask(ids, deadlineMs) {
      const found = await Promise.all(
        [...new Set(ids)].map(async (id) => {
          const source = sources.get(id);
          return [id, source ? await askOne(source, deadlineMs) : null] as const;
        }),
      );
      return new Map(found.flatMap(([id, fitted]) => (fitted ? [[id, fitted]] : [])));
    },
    present: (id) => sources.get(id)?.standing.present() ?? null,
    series: (id) => sources.get(id)?.standing.series ?? 0,
    close() {
      isClosed = true;
      for (const { pulls } of sources.values()) pulls.close();
    },
  };
}

function addressOf(source: CatalogueSource): string {
  return 'socket' in source ? source.socket : source.scrape;
}
