import { yieldToEventLoop } from '../lib/event-loop.ts';
import { isOpen } from '../../contract/catalogue-model.ts';
import type { AcceptedReport, Catalogue } from '../../contract/catalogue-api.ts';
import type { DescribedCatalogue } from '../../contract/described.ts';
import { iso, type Clock } from '../lib/clock.ts';
import { Refusal } from '../http/refusal.ts';
import type { Dialect } from '../exposition/text.ts';
import type { Fitted, ReadExposition } from './accepted.ts';
import { checkInstance } from './instance.ts';
import { createValueBounds } from './value-bounds.ts';

/** Series of one catalogue at a time, of all instances together. */
export const MAX_SERIES = 250_000;

/** What programs reported, kept in memory: after a restart they report again within their interval. */
export interface Reports {
  /**
   * Replaces what this instance reported before, all or nothing.
   * @throws Refusal `invalid_report`, `invalid_request`, `too_many_instances`, `report_too_large`
   */
  accept(id: string, report: Report): Promise<AcceptedReport>;
  /** What counts at this moment, an entry for each instance. */
  live(id: string): readonly Fitted[];
  present(id: string): NonNullable<Catalogue['reports']>;
}

export interface Report {
  readonly instance: string | undefined;
  readonly body: Uint8Array;
  readonly dialect: Dialect;
}

export interface ReportsOptions {
  /** Those without a local exporter. */
  readonly catalogues: readonly DescribedCatalogue[];
  readonly clock: Clock;
  readonly read: ReadExposition;
}

interface Kept {
  readonly instance: string | undefined;
  readonly fitted: Fitted;
  readonly reportedAt: number;
  /** By the monotonic clock, in milliseconds. */
  readonly until: number;
}

export function createReports({ catalogues, clock, read }: ReportsOptions): Reports {
  const shelves = new Map(catalogues.map((one) => [one.catalogue.id, createShelf(one, clock, read)]));
  function shelf(id: string) {
    const found = shelves.get(id);
    if (!found) throw new Refusal('catalogue_not_found');
    return found;
  }
  return {
    accept: (id, report) => shelf(id).accept(report),
    live: (id) =>
      shelf(id)
        .live()
        .map(({ fitted }) => fitted),
    present: (id) => shelf(id).present(),
  };
}

/** What is reported for one catalogue. */
function createShelf(described: DescribedCatalogue, clock: Clock, read: ReadExposition) {
  const { id, ttlSeconds = 0, instances } = described.catalogue;
  const ttlMs = ttlSeconds * 1000;
  const maxInstances = instances === undefined ? 1 : isOpen(instances) ? instances.max : instances.length;
  const kept = new Map<string | undefined, Kept>();
  const bounds = createValueBounds();
  let last: Promise<unknown> = Promise.resolve();

  const live = () => [...kept.values()].filter(({ until }) => clock.monotonic() < until);
  const seriesOf = (some: readonly Kept[]) => some.reduce((sum, { fitted }) => sum + fitted.series, 0);

  /** Forgets what has aged out. */
  async function sweep(): Promise<void> {
    for (const [instance, { fitted, until }] of kept) {
      if (clock.monotonic() < until) continue;
      kept.delete(instance);
      await bounds.replace(fitted.values, undefined);
    }
  }

  async function take({ instance, body, dialect }: Report): Promise<AcceptedReport> {
    await sweep();
    const before = kept.get(instance);
    if (!before && kept.size >= maxInstances) throw new Refusal('too_many_instances');
    const others = [...kept.values()].filter((one) => one !== before);
    const taken = bounds.apartFrom(before?.fitted.values);
    const maxSeries = MAX_SERIES - seriesOf(others);
    const fitted = await read(body, { described, dialect, instance, misfits: 'refuse', maxSeries, taken });
    const reportedAt = clock.now();
    kept.set(instance, { instance, fitted, reportedAt, until: clock.monotonic() + ttlMs });
    await bounds.replace(before?.fitted.values, fitted.values);
    const { families, series } = fitted;
    const expiresAt = iso(reportedAt + ttlMs);
    return { catalogue: id, instance: instance ?? null, families: families.length, series, expiresAt };
  }

  return {
    /** One report after the other: each has to see what the one before came to. */
    accept(report: Report): Promise<AcceptedReport> {
      checkInstance(report.instance, instances);
      const taking = last.then(() => take(report));
      last = taking.catch(() => undefined).then(() => yieldToEventLoop());
      return taking;
    },
    live,
    present: () => ({
      instances: live().map(({ instance, fitted, reportedAt }) => ({
        instance: instance ?? null,
        reportedAt: iso(reportedAt),
        expiresAt: iso(reportedAt + ttlMs),
        series: fitted.series,
      })),
      maxInstances,
    }),
  };
}
