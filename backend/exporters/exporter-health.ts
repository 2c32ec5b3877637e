import type { Catalogue } from '../../contract/catalogue-api.ts';
import type { SourceState } from '../catalogues/state.ts';
import { iso, type Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Fitted } from '../reports/accepted.ts';
import { createDroppedLog } from './dropped.ts';

export interface StandingOptions {
  /** The catalogue's. */
  readonly id: string;
  /** The URL, or the path of the socket. */
  readonly address: string;
  readonly state: SourceState;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How one local exporter does. The log tells when it begins to fail and when it answers again. */
export interface Standing {
  /** One that is being asked, from this call on. */
  ask(): Asked;
  /** Series that came out last. */
  readonly series: number;
  present(): NonNullable<Catalogue['source']>;
}

export interface Asked {
  answered(fitted: Fitted): void;
  /** @param failure a sentence */
  failed(failure: string): void;
}

interface Last {
  readonly askedAt: number;
  readonly durationMs: number;
  readonly failure: string | null;
  readonly series: number;
}

export function createStanding({ id, address, state, clock, logger }: StandingOptions): Standing {
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
    ask() {
      const askedAt = clock.now();
      const begun = clock.monotonic();
      const duration = () => ({ askedAt, durationMs: clock.monotonic() - begun });
      return {
        answered(fitted) {
          note({ ...duration(), failure: null, series: fitted.series });
          dropped.add(fitted.dropped, askedAt);
          const counted = state.dropped.get(id);
          if (!counted) return;
          for (const { reason, samples } of fitted.dropped) counted[reason] += samples;
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
