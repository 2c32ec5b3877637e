import fp from 'fastify-plugin';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CatalogueParams } from '../../contract/catalogue-api.ts';
import type { HttpCode, HttpGroup } from '../../contract/metrics.ts';
import { createScrapeRefusals } from '../audit/scrape-refusals.ts';
import type { FailedAttempts } from '../auth/failed-attempts.ts';
import type { Clock } from '../lib/clock.ts';
import type { Filling } from './exposition-source.ts';
import type { Services } from '../services.ts';
import { Refusal } from '../http/refusal.ts';
import { textOf } from '../reports/text.ts';
import { sourceDeadline } from './deadline.ts';
import { createRenderer } from '../exposition/text.ts';
import { createRegistry, type Constants, type MetricsRegistry } from '../metrics/registry.ts';
import type { LabelsOf } from '../metrics/feeds.ts';
import { scrapeGuard } from './guard.ts';
import { expiryFamily, sourceFamilies } from './per-request-families.ts';
import type { AuthSettings } from './credentials.ts';
import { scrapeHandler, type Exposed } from './route.ts';
import { newScrapeState, type ScrapeState } from './state.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which HTTP families count the route; absent: none. */
    group?: HttpGroup;
  }
}

export interface ScrapeOptions {
  readonly services: Services;
  readonly constants: Constants;
  readonly clock: Clock;
  readonly attempts: FailedAttempts;
  readonly auth: AuthSettings;
  readonly filling: Filling;
}

export const SCRAPE_PATH = '/api/metrics/prometheus';
export const CATALOGUES_PATH = '/api/metrics/catalogues';
const MAX_IN_FLIGHT = 40;
/** How long local exporters have where what they show is pushed: nobody waits for an answer, so nobody says. */
const PUSH_DEADLINE_MS = 4_000;
const exposition = { type: 'string' } as const;
const expositionResponse = {
  description: 'In the format of the highest weight in Accept; text 0.0.4 where there is none',
  content: { 'text/plain': { schema: exposition }, 'application/openmetrics-text': { schema: exposition } },
};

/**
 * The scrape endpoint and everything that collects for it. Where the integration is off, this file is not even loaded.
 * Registered before the other routes, so that the HTTP families see them.
 */
export const scrapePlugin = fp<ScrapeOptions>(
  async (app, { services, constants, clock, attempts, auth, filling }) => {
    const state = newScrapeState();
    const startedAt = performance.timeOrigin / 1000;
    const { numbers } = services.platform;
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
    const refusals = createScrapeRefusals(services.database, services.audit, clock, app.log);
    countRequests(app, state, registry);
    services.platform.clickhouse.onBatchInserted((seconds) => {
      registry.observe('clickhouseBatchInsert', {}, seconds);
    });

    const snapshot = async () => {
      await numbers.refresh();
      return registry.snapshot();
    };
    const exposePlatform = async (request: FastifyRequest): Promise<Exposed> => {
      // Local exporters first: how they answered is among the platform's own numbers.
      const filled = await filling.platform(deadlineOf(request));
      return { snapshot: await snapshot(), own: expiryFamily(request.scrapeToken), filled };
    };
    const exposeInventory = async (request: FastifyRequest): Promise<Exposed> => {
      const filled = await filling.inventory((request.params as CatalogueParams).id, deadlineOf(request));
      if (!filled) throw new Refusal('catalogue_not_found');
      return { snapshot: [], own: sourceFamilies(filled.described, services.platform.sources), filled: [filled] };
    };

    const renderer = createRenderer();
    app.decorate('exposition', async () => {
      const filled = await filling.platform(PUSH_DEADLINE_MS);
      return renderer.renderWith(await snapshot(), 'text-0.0.4', [], textOf(filled)).toString();
    });

    await app.register((scope, _options, done) => {
      const guard = scrapeGuard({ tokens: services.tokens, refusals, failures: state.authFailures, attempts, auth });
      scope.addHook('onRequest', guard);
      scope.get(
        SCRAPE_PATH,
        {
          config: { group: 'scrape' },
          schema: {
            summary: 'The exposition of platform health',
            security: [{ scrapeToken: [] }],
            response: { 200: expositionResponse },
          },
        },
        scrapeHandler({ tokens: services.tokens, expose: exposePlatform, maxInFlight: MAX_IN_FLIGHT }),
      );
      scope.get(
        `${CATALOGUES_PATH}/:id`,
        {
          config: { group: 'scrape' },
          schema: {
            summary: 'The exposition of an inventory catalogue, for tokens that name it',
            security: [{ scrapeToken: [] }],
            params: CatalogueParams,
            response: { 200: expositionResponse },
          },
        },
        scrapeHandler({ tokens: services.tokens, expose: exposeInventory, maxInFlight: MAX_IN_FLIGHT }),
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

function deadlineOf({ headers }: FastifyRequest): number {
  return sourceDeadline(headers['x-prometheus-scrape-timeout-seconds']);
}

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
