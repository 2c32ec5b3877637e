/**
 * The engine's own configuration, written beside its data. The grants are the wall that the SQL text cannot talk its way
 * around: no source outside the data directory (FILE, URL, S3, REMOTE, …), no table engine but MergeTree's, no
 * dictionaries, functions, users, backups or SYSTEM statements. Without the `users_config` chDB grants everything.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const server = (users: string) => `<clickhouse>
  <users_config>${users.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</users_config>
  <max_server_memory_usage>2147483648</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <primary_index_cache_size>67108864</primary_index_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
</clickhouse>
`;

const fixed = ['format_schema', 'format_template_row', 'format_template_resultset', 'format_template_row_format'];

const users = `<clickhouse>
  <users><default>
    <password></password>
    <networks><ip>::/0</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
    <grants>
      <query>GRANT SELECT, INSERT, SHOW, CREATE DATABASE, CREATE TABLE, DROP TABLE ON *.*</query>
      <query>GRANT ALTER TTL, ALTER ADD COLUMN, ALTER DROP COLUMN ON *.*</query>
      <query>GRANT TABLE ENGINE ON MergeTree</query>
      <query>GRANT TABLE ENGINE ON ReplacingMergeTree</query>
    </grants>
  </default></users>
  <profiles><default>
    <async_insert>0</async_insert>
    <implicit_select>0</implicit_select>
    <allow_introspection_functions>0</allow_introspection_functions>
    <max_execution_time>60</max_execution_time>
    <max_memory_usage>1073741824</max_memory_usage>
    <max_result_bytes>268435456</max_result_bytes>
    <constraints>${fixed.map((name) => `<${name}><const/></${name}>`).join('')}</constraints>
  </default></profiles>
  <quotas><default></default></quotas>
</clickhouse>
`;

/** Writes both files into `dir` (created for this user alone) and returns what a session has to be opened with. */
export function writeEngineConfig(dir: string): { path: string; connectionArgs: readonly string[] } {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const usersFile = join(dir, 'users.xml');
  const serverFile = join(dir, 'config.xml');
  writeFileSync(usersFile, users, { mode: 0o600 });
  writeFileSync(serverFile, server(usersFile), { mode: 0o600 });
  return { path: join(dir, 'db'), connectionArgs: [`--config-file=${serverFile}`] };
}
