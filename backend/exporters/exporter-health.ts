import type { DropReason } from '../../contract/appliance.ts';
import type { Catalogue } from '../../contract/catalogue-api.ts';
import type { ExporterState } from './state.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { MAX_DISTINCT_DROPS, type AcceptedExposition, type Dropped } from '../reports/validate/accepted.ts';

/** Stands for the names beyond those that are listed one by one. */
const OTHERS = '…';
const MAX_NAME_LENGTH = 200;

export interface ExporterHealthOptions {
  /** The catalogue's. */
  readonly id: string;
  /** The URL, or the path of the socket. */
  readonly address: string;
  readonly state: ExporterState;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How one local exporter is doing. The log tells when it begins to fail and when it answers again. */
export interface ExporterHealth {
  /** A scrape of it begins. */
  beginScrape(): ScrapeAttempt;
  /** Series that came out last. */
  readonly series: number;
  present(): NonNullable<Catalogue['source']>;
}

export interface ScrapeAttempt {
  succeeded(accepted: AcceptedExposition): void;
  /** @param failure a sentence */
  failed(failure: string): void;
}

interface Last {
  readonly askedAt: number;
  readonly durationMs: number;
  readonly failure: string | null;
  readonly series: number;
}

export function createExporterHealth({ id, address, state, clock, logger }: ExporterHealthOptions): ExporterHealth {
  const dropped = createDroppedLog();
  let last: Last | undefined;

  function note(now: Last): void {
    const wasFailing = typeof last?.failure === 'string';
    last = now;
    state.up.set(id, now.failure === null);
    if (now.failure === null) {
      if (wasFailing) logger.info(`the local exporter of the catalogue ${id} answers again`);
    } else if (!wasFailing) {
      logger.warn(`the local exporter of the catalogue ${id} fails: ${now.failure}`);
    }
  }

  return {
    beginScrape() {
      const askedAt = clock.now();
      const begun = clock.monotonic();
      const duration = () => ({ askedAt, durationMs: clock.monotonic() - begun });
      return {
        succeeded(accepted) {
          note({ ...duration(), failure: null, series: accepted.series });
          dropped.add(accepted.dropped, askedAt);
          const counted = state.dropped.get(id);
          if (!counted) return;
          for (const { reason, samples } of accepted.dropped) counted[reason] += samples;
        },
        failed(failure) {
          note({ ...duration(), failure, series: 0 });
        },
      };
    },
    get series() {
      return last?.series ?? 0;
    },
    present() {
      return {
        address,
        status: !last ? 'never_asked' : last.failure === null ? 'up' : 'down',
        askedAt: iso(last?.askedAt ?? null),
        durationSeconds: last ? last.durationMs / 1000 : null,
        failure: last?.failure ?? null,
        dropped: dropped.entries().map(({ lastAt, ...entry }) => ({ ...entry, lastAt: iso(lastAt) })),
      };
    },
  };
}

/** Something that was dropped again and again. */
interface DroppedOverTime extends Dropped {
  /** Milliseconds since the Unix epoch. */
  readonly lastAt: number;
}

/** What one local exporter sent and the catalogue does not allow, since the process started. */
interface DroppedLog {
  add(dropped: readonly Dropped[], at: number): void;
  entries(): DroppedOverTime[];
}

function createDroppedLog(): DroppedLog {
  const log = new Map<string, DroppedOverTime>();
  const distinct = new Map<DropReason, number>();

  function entryFor({ reason, name, label, samples }: Dropped): Dropped {
    const shortened = { reason, name: name.slice(0, MAX_NAME_LENGTH), label, samples };
    if (log.has(keyOf(shortened))) return shortened;
    const known = distinct.get(reason) ?? 0;
    if (known >= MAX_DISTINCT_DROPS) return { reason, name: OTHERS, label: null, samples };
    distinct.set(reason, known + 1);
    return shortened;
  }

  return {
    add(dropped, at) {
      for (const one of dropped) {
        const entry = entryFor(one);
        const key = keyOf(entry);
        log.set(key, { ...entry, samples: entry.samples + (log.get(key)?.samples ?? 0), lastAt: at });
      }
    },
    entries: () => [...log.values()],
  };
}

const keyOf = ({ reason, name, label }: Dropped) => `${reason}\0${name}\0${label ?? ''}`;
