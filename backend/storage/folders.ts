import { dirname } from 'node:path';
import type { StorageFolder } from '../../contract/appliance.ts';
import { parseClickHouseUrl } from '../config/clickhouse-url.ts';
import type { Config } from '../config/config.ts';
import { databasePath } from '../config/database-path.ts';

/** Where this configuration keeps data on disks of the appliance. */
export function foldersOf({ database, clickhouse, ingest }: Config): Partial<Record<StorageFolder, string>> {
  const target = clickhouse && parseClickHouseUrl(clickhouse.url);
  return {
    database: dirname(databasePath(database.url)),
    ...(clickhouse && { spool: ingest.spool_dir }),
    ...(target?.kind === 'embedded' && { clickhouse: target.dir }),
  };
}
