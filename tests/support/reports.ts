/** Applications with catalogues, and what is reported for them. */
import type { LightMyRequestResponse } from 'fastify';
import { bearer, testApp, type TestApp, type TestAppOptions } from './app.ts';
import { changed, greenhouse, writeCatalogue } from './catalogues.ts';

/** A catalogue of which every value is listed: it comes out of the platform's own endpoint. */
export const pumps = `id: pumps
title: Pumps
description: The pumps of the house.
namespace: pumps
scope: platform-health
instances: [north, south]
ttl: 1m
families:
  pumps_up:
    type: gauge
    help: 1 if the pump runs.
    labels: { pump: [well, tank] }
  pumps_starts_total:
    type: counter
    help: Starts of a pump.
    labels: { pump: [well, tank] }
`;

/** The catalogue of the documentation, for which several instances report. */
export const greenhouses = changed(
  greenhouse,
  'scope: inventory\n',
  'scope: inventory\ninstances: { open: true, max: 3 }\n',
);

export const climate = `# HELP greenhouse_temperature_celsius Whatever.
# TYPE greenhouse_temperature_celsius gauge
greenhouse_temperature_celsius{bed="tomatoes"} 21.5
`;

export interface ReportApp extends TestApp {
  /** With a reporter's credential for this catalogue. */
  report(catalogue: string, body: string | Buffer, more?: ReportOptions): Promise<LightMyRequestResponse>;
  /** With a token for this catalogue, or for the platform. */
  scrape(catalogue?: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  list(): Promise<LightMyRequestResponse>;
}

interface ReportOptions {
  readonly instance?: string;
  readonly type?: string | null;
  readonly headers?: Record<string, string>;
  /** The catalogue of the credential, where that is another one. */
  readonly as?: string;
}

export async function reportApp(
  texts: readonly string[] = [greenhouses, pumps],
  options: TestAppOptions & { prometheus?: object } = {},
): Promise<ReportApp> {
  const catalogues = texts.map((text) => writeCatalogue(text));
  const prometheus = { enabled: true, catalogues, ...options.prometheus };
  const t = await testApp({ ...options, settings: { ...options.settings, prometheus } });
  const secrets = new Map<string, string>();

  async function secretFor(kind: 'jwt' | 'token', catalogue: string): Promise<string> {
    const key = `${kind} ${catalogue}`;
    const actor = { name: 'tester', via: 'cli', ip: null } as const;
    const reporter = { role: 'reporter', name: 'Reporter', ttlSeconds: 36_000, catalogue } as const;
    const made =
      secrets.get(key) ??
      (kind === 'jwt'
        ? (await t.services.credentials.issue(reporter, actor)).jwt
        : (await t.services.tokens.create({ name: 'Scraper', catalogues: [catalogue] }, actor)).secret);
    secrets.set(key, made);
    return made;
  }

  return {
    ...t,
    async report(catalogue, body, { instance, type = 'text/plain; version=0.0.4', headers, as = catalogue } = {}) {
      const jwt = await secretFor('jwt', as);
      return t.app.inject({
        method: 'POST',
        url: `/api/reports/${catalogue}`,
        ...(instance !== undefined && { query: { instance } }),
        headers: { ...bearer(jwt), ...(type !== null && { 'content-type': type }), ...headers },
        payload: body,
      });
    },
    async scrape(catalogue = 'platform', headers = {}) {
      const path = catalogue === 'platform' ? 'prometheus' : `catalogues/${catalogue}`;
      const secret = await secretFor('token', catalogue);
      return t.app.inject({ url: `/api/metrics/${path}`, headers: { ...bearer(secret), ...headers } });
    },
    list: async () => t.app.inject({ url: '/api/catalogues', headers: bearer(await t.jwt('viewer')) }),
  };
}
