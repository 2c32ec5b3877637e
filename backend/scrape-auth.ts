import type { ScrapeAuthWay } from '../contract/api.ts';
import type { Config } from './config.ts';

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
