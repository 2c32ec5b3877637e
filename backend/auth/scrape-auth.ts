import type { ScrapeAuthWay } from '../../contract/api.ts';
import type { Actor, AuditLog } from '../audit/log.ts';
import type { Config } from '../config/schema.ts';
import type { Database } from '../database/database.ts';

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

const system: Actor = { name: null, via: 'system', ip: null };
const META = 'scrape_authentication';
/** What held before anybody could choose. */
const INITIAL = JSON.stringify({ authentication: ['bearer'], openTo: [] });

/** Records in which ways a scrape may authenticate from this start on, where that is not as at the start before. */
export async function recordScrapeAuth(
  { database, audit }: { readonly database: Database; readonly audit: AuditLog },
  settings: Config['prometheus']['auth'],
): Promise<void> {
  const { authentication, openTo } = scrapeAuth(settings);
  const value = JSON.stringify({ authentication, openTo: [...new Set(openTo)].sort() });
  await database.transaction(async (tx) => {
    const known = await tx.selectFrom('meta').select('value').where('name', '=', META).executeTakeFirst();
    const before = known?.value ?? INITIAL;
    if (before === value) return;
    await tx
      .insertInto('meta')
      .values({ name: META, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
    const details = { before: JSON.parse(before) as unknown, after: JSON.parse(value) as unknown };
    await audit.record(tx, { event: 'scrape.authentication_changed', actor: system, target: null, details });
  });
}
