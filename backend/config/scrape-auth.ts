import type { ScrapeAuthWay } from '../../contract/api.ts';
import type { Config } from './schema.ts';

/** Where `anonymous` stands without networks. */
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** In which ways a scrape can say who it is, and which networks need not say it. */
export function scrapeAuth(settings: Config['prometheus']['auth']): {
  authentication: ScrapeAuthWay[];
  openTo: string[];
} {
  const { basic_password, query_token, anonymous, anonymous_networks } = settings;
  const ways: ScrapeAuthWay[] = ['bearer'];
  if (basic_password) ways.push('basic');
  if (query_token) ways.push('query');
  if (!anonymous) return { authentication: ways, openTo: [] };
  return {
    authentication: [...ways, 'none'],
    openTo: anonymous_networks.length > 0 ? anonymous_networks : LOOPBACK,
  };
}

/** What is logged at each start: one sentence for each way that is on and would better be off. */
export function scrapeAuthWarnings(settings: Config['prometheus']['auth']): string[] {
  const { authentication, openTo } = scrapeAuth(settings);
  const sentences: Record<ScrapeAuthWay, string | undefined> = {
    bearer: undefined,
    basic:
      'prometheus.auth.basic_password is on: scrape tokens are also taken as the password of Basic authentication, which clients store and show as a password',
    query:
      'prometheus.auth.query_token is on: scrape tokens are also taken from URLs, which proxies, histories and monitoring write down',
    none: `prometheus.auth.anonymous is on: whoever connects from ${openTo.join(', ')} reads platform health without a credential`,
  };
  return authentication.map((way) => sentences[way]).filter((sentence) => sentence !== undefined);
}
