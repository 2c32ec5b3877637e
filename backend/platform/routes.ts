import Type from 'typebox';
import { Contract, Health, Integrations } from '../../contract/api.ts';
import { manifest } from '../../contract/manifest.ts';
import type { Routes } from '../app-types.ts';

export interface PlatformOptions {
  readonly version: string;
  /** Label values that are known since the start. */
  readonly constants: Readonly<Record<string, string>>;
  readonly prometheusEnabled: boolean;
  /** Resolves where the database answers. */
  readonly askDatabase: () => Promise<unknown>;
  readonly uptimeSeconds: () => number;
}

/** What anybody with a role may read: integrations, health, the contract and the interface's own description. */
export const platformRoutes: Routes<PlatformOptions> = (app, options, done) => {
  const contract = manifest(options.constants);
  const config = { permission: 'platform:read', group: 'api' } as const;

  app.get(
    '/api/integrations',
    { config, schema: { summary: 'Integrations and whether they are enabled', response: { 200: Integrations } } },
    () => [
      {
        id: 'prometheus' as const,
        name: 'Prometheus',
        status: options.prometheusEnabled ? ('enabled' as const) : ('disabled' as const),
        path: '/api/metrics/prometheus',
      },
    ],
  );

  app.get(
    '/api/health',
    { config, schema: { summary: 'Health of this backend', response: { 200: Health } } },
    async () => {
      const database = await options.askDatabase().then(
        () => 'ok' as const,
        () => 'unavailable' as const,
      );
      return {
        status: database === 'ok' ? ('ok' as const) : ('degraded' as const),
        version: options.version,
        uptimeSeconds: options.uptimeSeconds(),
        database,
      };
    },
  );

  app.get(
    '/api/contract',
    { config, schema: { summary: 'The privacy manifest: all that can be scraped', response: { 200: Contract } } },
    () => contract,
  );

  app.get(
    '/api/openapi.json',
    { config, schema: { summary: 'This interface as an OpenAPI document', response: { 200: Type.Unknown() } } },
    () => app.swagger(),
  );

  done();
};
