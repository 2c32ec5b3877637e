import type { Actor, AuditLog } from './log.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { scrapeAuth } from '../config/scrape-auth.ts';

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
