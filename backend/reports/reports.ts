import { yieldToEventLoop } from '../lib/event-loop.ts';
import { isOpen, type Catalogue as CatalogueModel } from '../../contract/catalogue-model.ts';
import type { AcceptedReport, Catalogue } from '../../contract/catalogue-api.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { nameProblem } from '../../contract/names.ts';
import { invalidField } from '../http/fields.ts';
import { iso, type Clock } from '../lib/clock.ts';
import { Refusal } from '../http/refusal.ts';
import type { Dialect } from '../exposition/text.ts';
import type { AcceptedExposition, ValidateExposition } from './validate/accepted.ts';
import { createLabelCardinality } from './label-cardinality.ts';

/** Series of one catalogue at a time, of all instances together. */
export const MAX_SERIES = 250_000;

/** What programs reported, kept in memory: after a restart they report again within their interval. */
export interface Reports {
  /**
   * Replaces what this instance reported before, all or nothing.
   * @throws Refusal `invalid_report`, `invalid_request`, `too_many_instances`, `report_too_large`
   */
  accept(id: string, report: ReceivedReport): Promise<AcceptedReport>;
  /** What counts at this moment, an entry for each instance. */
  live(id: string): readonly AcceptedExposition[];
  present(id: string): NonNullable<Catalogue['reports']>;
}

export interface ReceivedReport {
  readonly instance: string | undefined;
  readonly body: Uint8Array;
  readonly dialect: Dialect;
}

export interface ReportsOptions {
  /** Those without a local exporter. */
  readonly catalogues: readonly DescribedCatalogue[];
  readonly clock: Clock;
  readonly validate: ValidateExposition;
}

interface StoredReport {
  readonly instance: string | undefined;
  readonly accepted: AcceptedExposition;
  readonly reportedAt: number;
  /** By the monotonic clock, in milliseconds. */
  readonly until: number;
}

export function createReports({ catalogues, clock, validate }: ReportsOptions): Reports {
  const byId = new Map(catalogues.map((one) => [one.catalogue.id, createCatalogueReports(one, clock, validate)]));
  function reportsOf(id: string) {
    const found = byId.get(id);
    if (!found) throw new Refusal('catalogue_not_found');
    return found;
  }
  return {
    accept: (id, report) => reportsOf(id).accept(report),
    live: (id) =>
      reportsOf(id)
        .live()
        .map(({ accepted }) => accepted),
    present: (id) => reportsOf(id).present(),
  };
}

/** What is reported for one catalogue. */
function createCatalogueReports(described: DescribedCatalogue, clock: Clock, validate: ValidateExposition) {
  const { id, ttlSeconds = 0, instances } = described.catalogue;
  const ttlMs = ttlSeconds * 1000;
  const maxInstances = instances === undefined ? 1 : isOpen(instances) ? instances.max : instances.length;
  const stored = new Map<string | undefined, StoredReport>();
  const cardinality = createLabelCardinality();
  let last: Promise<unknown> = Promise.resolve();

  const live = () => [...stored.values()].filter(({ until }) => clock.monotonic() < until);
  const seriesOf = (some: readonly StoredReport[]) => some.reduce((sum, { accepted }) => sum + accepted.series, 0);

  async function removeExpired(): Promise<void> {
    for (const [instance, { accepted, until }] of stored) {
      if (clock.monotonic() < until) continue;
      stored.delete(instance);
      await cardinality.replace(accepted.values, undefined);
    }
  }

  async function replace({ instance, body, dialect }: ReceivedReport): Promise<AcceptedReport> {
    await removeExpired();
    const before = stored.get(instance);
    if (!before && stored.size >= maxInstances) throw new Refusal('too_many_instances');
    const others = [...stored.values()].filter((one) => one !== before);
    const maxSeries = MAX_SERIES - seriesOf(others);
    const accepted = await validate(body, {
      described,
      dialect,
      isLenient: false,
      instance,
      onInvalid: 'reject',
      maxSeries,
      reportedByOthers: cardinality.excluding(before?.accepted.values),
    });
    const reportedAt = clock.now();
    stored.set(instance, { instance, accepted, reportedAt, until: clock.monotonic() + ttlMs });
    await cardinality.replace(before?.accepted.values, accepted.values);
    const { families, series } = accepted;
    const expiresAt = iso(reportedAt + ttlMs);
    return { catalogue: id, instance: instance ?? null, families: families.length, series, expiresAt };
  }

  return {
    /** One report after the other: each has to see what the one before came to. */
    accept(report: ReceivedReport): Promise<AcceptedReport> {
      checkInstance(report.instance, instances);
      const accepting = last.then(() => replace(report));
      last = accepting.catch(() => undefined).then(() => yieldToEventLoop());
      return accepting;
    },
    live,
    present: () => ({
      instances: live().map(({ instance, accepted, reportedAt }) => ({
        instance: instance ?? null,
        reportedAt: iso(reportedAt),
        expiresAt: iso(reportedAt + ttlMs),
        series: accepted.series,
      })),
      maxInstances,
    }),
  };
}

/**
 * Whether somebody may report by this name.
 * @throws Refusal `invalid_request` that says which names there are
 */
function checkInstance(instance: string | undefined, allowed: CatalogueModel['instances']): void {
  if (allowed === undefined) {
    if (instance === undefined) return;
    throw invalidField('instance', 'The catalogue knows no instances: report without one, or give it `instances`.');
  }
  if (instance === undefined) {
    throw invalidField('instance', 'Say which instance reports, with ?instance=NAME.');
  }
  if (isOpen(allowed)) {
    const problem = nameProblem(instance);
    if (problem !== undefined) throw invalidField('instance', problem);
  } else if (!allowed.includes(instance)) {
    throw invalidField('instance', `The catalogue has no such instance. There are: ${allowed.join(', ')}.`);
  }
}
