import { randomUUID } from 'node:crypto';
import { createPreview, type PreviewRule } from './alarms/preview.ts';
import { createAlarmRules, type AlarmRules } from './alarms/rules.ts';
import { createAlarmService, type AlarmService } from './alarms/service.ts';
import { seedBuiltInRules } from './alarms/built-in-rules.ts';
import { createAuditLog, type AuditLog } from './audit/log.ts';
import { createAuditExport, type ExportAuditLog } from './audit/export.ts';
import { createPruning, type PruneAuditLog } from './audit/pruning.ts';
import { createAuditVerifier, type AuditVerifier } from './audit/background-verifier.ts';
import { createJwtIssuer } from './auth/jwt.ts';
import type { DescribedCatalogue } from '../contract/documents/described-catalogue.ts';
import { loadConfiguredCatalogues, sortCatalogues } from './catalogues/configured.ts';
import { loadSigningKeys, type SigningKeys } from './auth/signing-keys.ts';
import { createEncryption, type Encryption } from './lib/encryption.ts';
import { parseClickHouseUrl } from './config/clickhouse-url.ts';
import type { Clock } from './lib/clock.ts';
import { ConfigError } from './config/error.ts';
import type { Config } from './config/config.ts';
import { createCredentialService, type CredentialService } from './credentials/service.ts';
import { openDatabase, type Database } from './database/database.ts';
import type { Logger } from './lib/logger.ts';
import { createNotify, type Notify } from './notifications/outbox.ts';
import { createNotificationService, type NotificationService } from './notifications/service.ts';
import { createMetricValues, type MetricValues } from './metrics/values.ts';
import { createPushSettings, type PushSettingsService } from './push/settings.ts';
import { createFreeSpace, type FreeSpace } from './storage/free-space.ts';
import { foldersOf } from './storage/folders.ts';
import { createTokenService, type TokenService } from './tokens/service.ts';

/** What the server and the command line share: the database, its keys, and the services over them. */
export interface Services {
  readonly database: Database;
  readonly audit: AuditLog;
  readonly exportAudit: ExportAuditLog;
  /** Looks at the audit log's chain. It rests until it is started, or asked to. */
  readonly auditVerifier: AuditVerifier;
  readonly pruneAudit: PruneAuditLog;
  readonly tokens: TokenService;
  readonly credentials: CredentialService;
  readonly alarms: AlarmService;
  readonly rules: AlarmRules;
  readonly previewRule: PreviewRule;
  readonly notifications: NotificationService;
  readonly notify: Notify;
  readonly push: PushSettingsService;
  readonly encryption: Encryption;
  /** What the metrics show: with the command line nothing moves it. */
  readonly metrics: MetricValues;
  /** How much room is left where data is kept. */
  readonly freeSpace: FreeSpace;
  /** Label values that are known when the process starts. */
  readonly constants: {
    readonly goVersion: string;
    readonly clickhouseInstance: string;
    readonly catalogueSources: readonly string[];
  };
  /** Those of other systems that the configuration names. */
  readonly catalogues: readonly DescribedCatalogue[];
  /** Writes what is still held in memory. */
  flush(): Promise<void>;
  /** Flushes, and closes the database. */
  close(): Promise<void>;
}

/** @throws ConfigError where the database or a key cannot be used. */
export async function openServices(config: Config, clock: Clock, logger: Logger): Promise<Services> {
  const catalogues = await loadConfiguredCatalogues(config.prometheus);
  const { inventories, sources } = sortCatalogues(catalogues);
  const constants = {
    goVersion: config.appliance.go_version,
    clickhouseInstance: instanceOf(config),
    catalogueSources: sources,
  };
  const keys = await loadSigningKeys(config.auth.key_file);
  const database = await openDatabase(config.database.url, logger);
  try {
    const installId = await readOrSet(database, 'install_id', randomUUID());
    await checkAuditKey(database, keys.audit);
    await seedBuiltInRules(database, clock);

    const audit = createAuditLog(database, keys.audit.key, clock);
    const exportAudit = createAuditExport(database, audit);
    const auditVerifier = createAuditVerifier({ database, key: keys.audit.key, clock, logger });
    const pruneAudit = createPruning(database, audit, keys.audit.key, logger);

    const notify = createNotify(new Set(config.notifications.vector ? ['bell', 'vector'] : ['bell']));
    const notifications = createNotificationService(database);

    const maxLifetimeDays = config.tokens.max_lifetime_days;
    const tokens = createTokenService({ database, audit, notify, clock, logger, maxLifetimeDays, inventories });
    const issuer = createJwtIssuer(keys.jwt, installId, clock);
    const credentials = createCredentialService({ database, audit, issuer, clock, logger });

    const catalogueIds = catalogues.map(({ catalogue }) => catalogue.id);
    const metrics = await createMetricValues(database, { tokens, clock, catalogueIds });

    const minBytes = config.storage.min_free_mb * 1024 * 1024;
    const freeSpace = createFreeSpace({ folders: foldersOf(config), minBytes, state: metrics.storage });

    const alarms = createAlarmService({ database, audit, notify, clock });
    const rules = createAlarmRules({ database, audit, clock, constants });
    const previewRule = createPreview({ db: database.read, metrics, constants, clock });

    const encryption = createEncryption(keys.secrets.key);
    const isAvailable = config.prometheus.enabled;
    const push = createPushSettings({ database, audit, clock, encryption, isAvailable });

    async function flush(): Promise<void> {
      await tokens.close();
      await credentials.close();
    }

    async function close(): Promise<void> {
      await auditVerifier.close();
      await flush();
      await database.close();
    }

    return {
      ...{ database, constants, catalogues },
      ...{ audit, exportAudit, auditVerifier, pruneAudit },
      ...{ notify, notifications, tokens, credentials, metrics, freeSpace },
      ...{ alarms, rules, previewRule, push, encryption },
      ...{ flush, close },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What ClickHouse is called on the wire. */
function instanceOf({ clickhouse }: Config): string {
  return clickhouse ? parseClickHouseUrl(clickhouse.url).instance : 'none';
}

/** A value that the first start decides and every later one keeps. */
async function readOrSet(database: Database, name: string, value: string): Promise<string> {
  const find = () => database.read.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  const known = await find();
  if (known) return known.value;
  await database.transaction((tx) =>
    tx
      .insertInto('meta')
      .values({ name, value })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  return (await find())?.value ?? value;
}

async function checkAuditKey(database: Database, key: SigningKeys['audit']): Promise<void> {
  if ((await readOrSet(database, 'audit_key_id', key.id)) === key.id) return;
  throw new ConfigError(
    'auth.key_file: the audit-key.json beside it is not the key that this database’s audit log was written with. Restore it.',
  );
}
