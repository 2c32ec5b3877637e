import type { Migration } from 'kysely';
import { tokensCredentialsAudit } from './001-tokens-credentials-audit.ts';
import { alarmsNotifications } from './002-alarms-notifications.ts';
import { tokenRotation } from './003-token-rotation.ts';
import { auditRetention } from './004-audit-retention.ts';
import { cataloguesPush } from './005-catalogues-push.ts';
import { listingIndexes } from './006-listing-indexes.ts';

/** Every migration in its order. One that has been released is never changed: a later one mends it. */
export const migrations: Record<string, Migration> = {
  '001-tokens-credentials-audit': tokensCredentialsAudit,
  '002-alarms-notifications': alarmsNotifications,
  '003-token-rotation': tokenRotation,
  '004-audit-retention': auditRetention,
  '005-catalogues-push': cataloguesPush,
  '006-listing-indexes': listingIndexes,
};
