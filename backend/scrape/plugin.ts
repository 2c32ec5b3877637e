import fp from 'fastify-plugin';
import type { FastifyInstance } from 'fastify';
import type { HttpCode, HttpGroup } from '../../contract/metrics.ts';
import { createScrapeRefusals } from '../audit/scrape-refusals.ts';
import type { FailedAttempts } from '../auth/failed-attempts.ts';
import type { Clock } from '../clock.ts';
import type { Core } from '../core.ts';
import { createRegistry, type Constants, type MetricsRegistry } from './registry.ts';
import type { LabelsOf } from './feeds.ts';
import { scrapeGuard } from './guard.ts';
import { scrapeHandler } from './route.ts';
import { newScrapeState, type ScrapeState } from './state.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which HTTP families count the route; absent: none. */
    group?: HttpGroup;
  }
}

export interface ScrapeOptions {
  readonly core: Core;
  readonly constants: Constants;
  readonly clock: Clock;
  readonly attempts: FailedAttempts;
}

export const SCRAPE_PATH = '/api/metrics/prometheus';
const MAX_IN_FLIGHT = 40;
const exposition = { type: 'string' } as const;

/**
 * The scrape endpoint and everything that collects for it. Where the integration is off, this file is not even loaded.
 * Registered before the other routes, so that the HTTP families see them.
 */
export const scrapePlugin = fp<ScrapeOptions>(
  async (app, { core, constants, clock, attempts }) => {
    const state = newScrapeState();
    const startedAt = performance.timeOrigin / 1000;
    const { numbers } = core.platform;
    const counted = {
      scrapeAuthFailures: ({ reason }: LabelsOf<'scrapeAuthFailures'>) => state.authFailures[reason],
      httpRequests: ({ group, code }: LabelsOf<'httpRequests'>) => state.http[group][code],
    };
    numbers.add(counted);
    const registry = createRegistry({
      constants,
      now: () => clock.monotonic(),
      feeds: {
        buildInfo: () => 1,
        processStartTime: () => startedAt,
        ...numbers.feeds,
        ...counted,
      },
    });
    const refusals = createScrapeRefusals(core.database, core.audit, clock, app.log);
    countRequests(app, state, registry);
    core.platform.clickhouse.onBatchInserted((seconds) => {
      registry.observe('clickhouseBatchInsert', {}, seconds);
    });

    const snapshot = async () => {
      await numbers.refresh();
      return registry.snapshot();
    };

    await app.register((scope, _options, done) => {
      const guard = scrapeGuard({ tokens: core.tokens, refusals, failures: state.authFailures, attempts });
      scope.addHook('onRequest', guard);
      scope.get(
        SCRAPE_PATH,
        {
          config: { group: 'scrape' },
          schema: {
            summary: 'The exposition of platform health',
            security: [{ scrapeToken: [] }],
            response: {
              200: {
                description: 'In the format of the highest weight in Accept; text 0.0.4 where there is none',
                content: {
                  'text/plain': { schema: exposition },
                  'application/openmetrics-text': { schema: exposition },
                },
              },
            },
          },
        },
        scrapeHandler({ tokens: core.tokens, snapshot, maxInFlight: MAX_IN_FLIGHT }),
      );
      done();
    });

    app.addHook('onClose', async () => {
      registry.close();
      await refusals.close();
    });
  },
  { name: 'scrape' },
);

function countRequests(app: FastifyInstance, state: ScrapeState, registry: MetricsRegistry): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { group } = request.routeOptions.config;
    const code = `${Math.floor(reply.statusCode / 100)}xx` as HttpCode;
    if (group !== undefined && code in state.http[group]) {
      state.http[group][code] += 1;
      registry.observe('httpRequestDuration', { group }, reply.elapsedTime / 1000);
    }
    done();
  });
}
