import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { createOutageLog } from '../lib/outage-log.ts';
import type { TokenService } from './service.ts';

/** How often tokens are looked after, in milliseconds. */
export const KEEPER_TICK_MS = 5_000;
/** A round that comes later than this was held up: the process stood still, and for so long answered no scrape. */
const LATE_MS = 3 * KEEPER_TICK_MS;

/** Lets tokens look after themselves: switches come to their end, and the bell tells what expires. In the server only. */
export interface TokenKeeper {
  /** One round. */
  tick(): Promise<void>;
  /** Ticks until closed. That ticks fail is logged. */
  start(): void;
  close(): Promise<void>;
}

export interface TokenKeeperOptions {
  readonly tokens: Pick<TokenService, 'lookAfter'>;
  /** Whether scrapes are answered at all: where they are not, nobody's silence says anything. */
  readonly serves: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createTokenKeeper({ tokens, serves, clock, logger }: TokenKeeperOptions): TokenKeeper {
  const outage = createOutageLog({
    logger,
    failing: 'scrape tokens could not be looked after',
    recovered: 'scrape tokens are looked after again',
    monotonic: () => clock.monotonic(),
  });
  let last = clock.monotonic();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function tick(): Promise<void> {
    const now = clock.monotonic();
    const passed = now - last;
    last = now;
    await tokens.lookAfter(serves ? Math.min(passed, LATE_MS) : 0);
  }

  let closed = false;
  function run(): void {
    running = tick()
      .then(outage.succeeded, (error: unknown) => outage.failed({ err: error }))
      .then(() => {
        if (!closed) arm();
      });
  }

  function arm(): void {
    timer = setTimeout(run, KEEPER_TICK_MS).unref();
  }

  return {
    tick,
    start: arm,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
