import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { CatalogueParams } from '../../contract/catalogue-api.ts';
import { applianceFamilies, type HttpCode, type HttpGroup } from '../../contract/metrics.ts';
import type { ScrapeAuthWay } from '../../contract/api.ts';
import type { AuditLog } from '../audit/log.ts';
import type { FailedAttempts } from '../auth/failed-attempts.ts';
import { scrapeAuth } from '../auth/scrape-auth.ts';
import type { Database } from '../database/database.ts';
import { renderCatalogues, type CatalogueExposition, type ExpositionSource } from '../exporters/exposition-source.ts';
import { acceptsGzip, contentTypes, negotiateFormat, type ExpositionFormat } from '../exposition/negotiate.ts';
import { createRenderer, type Exposed } from '../exposition/renderer.ts';
import { limitInFlight, Refusal } from '../http/refusal.ts';
import type { Clock } from '../lib/clock.ts';
import { sourceNetwork } from '../lib/ip-address.ts';
import { shareWork } from '../lib/share-work.ts';
import { createRegistry, type Constants, type MetricsRegistry } from '../metrics/registry.ts';
import {
  newEndpointState,
  exporterFamilies,
  tokenExpiry,
  type EndpointState,
  type MetricValues,
} from '../metrics/values.ts';
import type { TokenService } from '../tokens/service.ts';
import { scrapeGuard, type AuthSettings } from './guard.ts';
import { createScrapeRefusals } from './refusals.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which HTTP families count the route; absent: none. */
    group?: HttpGroup;
  }
  interface FastifyInstance {
    /** What a scrape is answered, in text 0.0.4, without what only its caller may see; absent where the endpoint is off. */
    exposition?: () => Promise<string>;
  }
}

export interface ScrapeOptions {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly tokens: TokenService;
  readonly metrics: MetricValues;
  readonly constants: Constants;
  readonly clock: Clock;
  readonly attempts: FailedAttempts;
  readonly auth: AuthSettings;
  readonly expositionSource: ExpositionSource;
}

export const SCRAPE_PATH = '/api/metrics/prometheus';
export const CATALOGUES_PATH = '/api/metrics/catalogues';
/** Scrapes that each route works on at once, half of them with one token; one more is told to come back. */
const MAX_IN_FLIGHT = 40;
/** How long local exporters have where what they show is pushed: nobody waits for an answer, so nobody says. */
const PUSH_DEADLINE_MS = 4_000;

const exposition = { type: 'string' } as const;
const expositionResponse = {
  description: 'In the format of the highest weight in Accept; text 0.0.4 where there is none',
  content: { 'text/plain': { schema: exposition }, 'application/openmetrics-text': { schema: exposition } },
};
/** How each way to authenticate is called in the interface's description; `{}` needs nothing. */
const schemes = {
  bearer: { scrapeToken: [] },
  basic: { scrapeTokenAsPassword: [] },
  query: { scrapeTokenInQuery: [] },
  none: {},
} as const satisfies Record<ScrapeAuthWay, object>;

/**
 * The scrape endpoint and everything that collects for it. Where the integration is off, this file is not even loaded.
 * Registered before the other routes, so that the HTTP families see them.
 */
export const scrapePlugin = fp<ScrapeOptions>(
  async (app, { database, audit, tokens, metrics, constants, clock, attempts, auth, expositionSource }) => {
    const endpoint = (metrics.endpoint = newEndpointState());
    const registry = createRegistry({ feeds: metrics.feeds, constants, now: () => clock.monotonic() });
    countRequests(app, endpoint, registry);
    metrics.clickhouse.onBatchInserted((seconds) => {
      registry.observe('clickhouseBatchInsert', {}, seconds);
    });

    const gather = shareWork(process.nextTick, async (from: MetricsRegistry) => {
      await metrics.refresh();
      return from.snapshot();
    });
    const snapshot = () => gather(registry);
    const exposePlatform = async (request: FastifyRequest): Promise<Exposed> => {
      // Local exporters first: how they answered is among the platform's own numbers.
      const catalogues = await expositionSource.platform(deadlineOf(request));
      return { snapshot: await snapshot(), own: tokenExpiry(request.scrapeToken), ...ready(catalogues) };
    };
    const exposeInventory = async (request: FastifyRequest): Promise<Exposed> => {
      const inventory = await expositionSource.inventory((request.params as CatalogueParams).id, deadlineOf(request));
      if (!inventory) throw new Refusal('catalogue_not_found');
      const own = exporterFamilies(inventory.described, metrics.exporters);
      return { snapshot: [], own, ...ready([inventory]) };
    };

    const renderer = createRenderer();
    app.decorate('exposition', async () => {
      const catalogues = await expositionSource.platform(PUSH_DEADLINE_MS);
      return renderer.render({ snapshot: await snapshot(), ...ready(catalogues) }, 'text-0.0.4').toString();
    });

    const refusals = createScrapeRefusals(database, audit, clock, app.log);
    await app.register((scope, _options, done) => {
      const config = { group: 'scrape' } as const;
      const security = scrapeAuth(auth).authentication.map((way) => schemes[way]);
      const route = { security, response: { 200: expositionResponse } };
      scope.addHook('onRequest', scrapeGuard({ tokens, refusals, failures: endpoint.authFailures, attempts, auth }));
      scope.get(
        SCRAPE_PATH,
        { config, schema: { operationId: 'scrape', summary: 'The exposition of platform health', ...route } },
        scrapeHandler(tokens, exposePlatform),
      );
      const summary = 'The exposition of an inventory catalogue, for tokens that name it';
      scope.get(
        `${CATALOGUES_PATH}/:id`,
        {
          config: { ...config, refuses: ['catalogue_not_found'] },
          schema: { operationId: 'scrapeCatalogue', summary, params: CatalogueParams, ...route },
        },
        scrapeHandler(tokens, exposeInventory),
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

const compress = promisify(gzip);

function ready(catalogues: readonly CatalogueExposition[]): Pick<Exposed, 'ready'> {
  return catalogues.length === 0 ? {} : { ready: renderCatalogues(catalogues) };
}

/** What a scrape changes by itself, and what shows the time. */
const restless = [
  applianceFamilies.httpRequests,
  applianceFamilies.httpRequestDuration,
  applianceFamilies.alarmEngineTickAge,
];

/**
 * Answers the scrapes of one route, behind the guard.
 * @param expose what it throws becomes 503: half an exposition would look like a healthy one
 */
function scrapeHandler(tokens: TokenService, expose: (request: FastifyRequest) => Promise<Exposed>) {
  const renderer = createRenderer({ restless });
  const capped = limitInFlight(MAX_IN_FLIGHT, 'Too many scrapes at once.');

  function zip(exposed: Exposed, format: ExpositionFormat): Buffer | Promise<Buffer> {
    // What others reported may be large: that is not compressed in this thread.
    return exposed.ready ? compress(renderer.render(exposed, format)) : renderer.renderGzip(exposed, format);
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const format = negotiateFormat(request.headers.accept);
    const isZipped = acceptsGzip(request.headers['accept-encoding']?.toString());
    const exposed = await expose(request);
    const body = isZipped ? await zip(exposed, format) : renderer.render(exposed, format);
    const { id } = request.scrapeToken;
    const scrape = {
      ip: request.client.address,
      userAgent: request.headers['user-agent'] ?? null,
      format: contentTypes[format],
      durationMs: reply.elapsedTime,
    };
    if (id !== null) tokens.recordUse(id, scrape);
    void reply.header('content-type', contentTypes[format]);
    if (isZipped) void reply.header('content-encoding', 'gzip');
    return reply.send(body);
  }

  return (request: FastifyRequest, reply: FastifyReply) => {
    // Who needs no token is told apart by the address.
    return capped(request.scrapeToken.id ?? sourceNetwork(request.client.address), () => answer(request, reply));
  };
}

function countRequests(app: FastifyInstance, { http }: EndpointState, registry: MetricsRegistry): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { group } = request.routeOptions.config;
    const code = `${Math.floor(reply.statusCode / 100)}xx` as HttpCode;
    if (group !== undefined && code in http[group]) {
      http[group][code] += 1;
      registry.observe('httpRequestDuration', { group }, reply.elapsedTime / 1000);
    }
    done();
  });
}

/** Prometheus' own, where a scraper does not say how long it waits. */
const USUAL_TIMEOUT_SECONDS = 10;
const SHORTEST_DEADLINE_MS = 100;
const LONGEST_DEADLINE_MS = 60_000;

/** For how long local exporters may be waited for, in milliseconds: what our own scraper gives us, less what it takes to answer it. */
function deadlineOf({ headers }: FastifyRequest): number {
  return exporterDeadline(headers['x-prometheus-scrape-timeout-seconds']);
}

/** @param header `X-Prometheus-Scrape-Timeout-Seconds`; what is no time at all counts as absent */
export function exporterDeadline(header: string | readonly string[] | undefined): number {
  const timeoutMs = 1000 * (secondsOf(header) ?? USUAL_TIMEOUT_SECONDS);
  const margin = Math.max(timeoutMs / 10, 250);
  return Math.min(Math.max(timeoutMs - margin, SHORTEST_DEADLINE_MS), LONGEST_DEADLINE_MS);
}

/** As Go writes numbers: 10, 0.5, 1e-05. */
function secondsOf(header: string | readonly string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,18}(\.\d{1,18})?(e[+-]\d{1,3})?$/.test(header)) return undefined;
  const seconds = Number(header);
  return seconds > 0 && Number.isFinite(seconds) ? seconds : undefined;
}
