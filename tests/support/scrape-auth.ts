import type { LightMyRequestResponse } from 'fastify';
import { nextAddress, testApp, type TestApp } from './app.ts';

export const SCRAPE_PATH = '/api/metrics/prometheus';

export interface Presenting {
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly from?: string;
  readonly method?: 'GET' | 'HEAD';
}

export interface ScrapeAuthApp extends TestApp {
  /** A scrape that presents this, from an address of its own unless it is named. */
  scrape(presenting?: Presenting): Promise<LightMyRequestResponse>;
  /** The reasons of the refused scrapes that the audit log has, oldest first. Closes the application. */
  reasons(): Promise<unknown[]>;
}

/** An application with these ways of authentication on. */
export async function scrapeAuthApp(
  auth: Record<string, unknown>,
  server: Record<string, unknown> = {},
): Promise<ScrapeAuthApp> {
  const t = await testApp({ settings: { server, prometheus: { enabled: true, auth } } });
  return {
    ...t,
    scrape: ({ query = '', headers = {}, from = nextAddress(), method = 'GET' } = {}) =>
      t.app.inject({ method, url: SCRAPE_PATH + query, headers, remoteAddress: from }),
    async reasons() {
      await t.app.close();
      const { items } = await t.services.audit.list({ event: 'scrape.refused', limit: 200 });
      return items.reverse().map(({ details }) => details['reason']);
    },
  };
}

/** A Basic header. */
export function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
