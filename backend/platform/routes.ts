import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { StorageFolder } from '../../contract/appliance.ts';
import { Contract, Health, Integrations } from '../../contract/api.ts';
import { CatalogueList } from '../../contract/catalogue-api.ts';
import { manifest } from '../../contract/documents/manifest.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import type { Constants } from '../../contract/catalogue-model.ts';
import { scrapeAuth } from '../auth/scrape-auth.ts';
import type { Config } from '../config/config.ts';
import type { Routes } from '../http/validation.ts';
import type { StorageProblem } from '../storage/free-space.ts';
import type { TokenService } from '../tokens/service.ts';

export interface PlatformOptions {
  readonly version: string;
  /** Label values that are known since the start. */
  readonly constants: Constants;
  readonly catalogues: readonly DescribedCatalogue[];
  /** The same as the API shows them. */
  readonly catalogueList: () => CatalogueList;
  readonly prometheus: Config['prometheus'];
  /** Where others reach the backend; null where nobody said it. */
  readonly publicUrl: string | null;
  readonly tokens: Pick<TokenService, 'counts' | 'lastScrapeAt'>;
  readonly maxTokenLifetimeDays: number | null;
  /** Resolves where the database answers. */
  readonly askDatabase: () => Promise<unknown>;
  readonly uptimeSeconds: () => number;
  /** Seconds since the alarm engine's last tick; null where none runs. */
  readonly tickAgeSeconds: () => number | null;
  /** How often it should tick. */
  readonly tickSeconds: number;
  /** How the interface describes itself. */
  readonly openapi: () => Promise<object>;
  /** Rows waiting for ClickHouse; null where there is no ingest. */
  readonly spool: () => Health['spool'];
  /** Folders of data that take nothing. */
  readonly storageProblems: () => Promise<ReadonlyMap<StorageFolder, StorageProblem>>;
}

/** An alarm engine that missed so many ticks, and this many seconds, has stalled. */
const STALLED_TICKS = 4;
const STALLED_SECONDS = 30;

/** Whose folder it is, in a sentence. */
const owners: Record<StorageFolder, string> = {
  database: 'the database',
  spool: 'the spool',
  clickhouse: 'the embedded ClickHouse',
};

const sentences: Record<StorageProblem, (owner: string) => string> = {
  full: (owner) => `There is no room on the disk of ${owner}. Make some.`,
  unreadable: (owner) => `The disk of ${owner} cannot be asked for its room. Look after it.`,
};

/** What anybody with a role may read: integrations, catalogues, health, the contract and the interface's own description. */
export const platformRoutes: Routes<PlatformOptions> = (app, options, done) => {
  const contract = manifest(options.constants, options.catalogues);
  /** Made for the first who asks: no route comes or goes while the backend runs. */
  let openapi: Promise<object> | undefined;
  const config = { permission: 'platform:read', group: 'api' } as const;

  app.get(
    '/api/integrations',
    {
      config,
      schema: {
        operationId: 'listIntegrations',
        summary: 'Integrations and whether they are enabled',
        response: { 200: Integrations },
      },
    },
    async () => [
      {
        id: 'prometheus' as const,
        name: 'Prometheus',
        status: options.prometheus.enabled ? ('enabled' as const) : ('disabled' as const),
        path: '/api/metrics/prometheus',
        activeTokens: (await options.tokens.counts()).active,
        lastScrapeAt: await options.tokens.lastScrapeAt(),
        ...scrapeAuth(options.prometheus.auth),
        publicUrl: options.publicUrl,
        maxTokenLifetimeDays: options.maxTokenLifetimeDays,
      },
    ],
  );

  app.get(
    '/api/catalogues',
    {
      config,
      schema: {
        operationId: 'listCatalogues',
        summary: 'Catalogues of other systems, and what fills them',
        response: { 200: CatalogueList },
      },
    },
    () => options.catalogueList(),
  );

  app.get(
    '/api/health',
    { config, schema: { operationId: 'getHealth', summary: 'Health of this backend', response: { 200: Health } } },
    async (request) => {
      const database = await options.askDatabase().then(
        () => 'ok' as const,
        () => 'unavailable' as const,
      );
      const age = options.tickAgeSeconds();
      const stalls = age !== null && age > Math.max(STALLED_TICKS * options.tickSeconds, STALLED_SECONDS);
      const reasons = [
        ...(database === 'ok' ? [] : ['The database cannot be asked. See the log and its disk.']),
        ...(stalls ? ['The alarm engine has not looked at its rules for too long. See the log.'] : []),
        ...Array.from(await options.storageProblems(), ([folder, problem]) => sentences[problem](owners[folder])),
      ];
      return {
        status: reasons.length === 0 ? ('ok' as const) : ('degraded' as const),
        reasons,
        version: options.version,
        uptimeSeconds: options.uptimeSeconds(),
        database,
        alarmEngineTickAgeSeconds: age,
        spool: options.spool(),
        caller: callerOf(request),
      };
    },
  );

  app.get(
    '/api/contract',
    {
      config,
      schema: {
        operationId: 'getContract',
        summary: 'The privacy manifest: all that can be scraped',
        response: { 200: Contract },
      },
    },
    () => contract,
  );

  app.get(
    '/api/openapi.json',
    {
      config,
      schema: {
        operationId: 'getOpenApi',
        summary: 'This interface as an OpenAPI document',
        response: { 200: Type.Unknown() },
      },
    },
    () =>
      (openapi ??= options.openapi().catch((error: unknown) => {
        openapi = undefined; // a file that could not be loaded may be there the next time
        throw error;
      })),
  );

  done();
};

function callerOf({ caller }: FastifyRequest): Health['caller'] {
  return { credential: caller.credentialRole, role: caller.role, name: caller.actor.name };
}
