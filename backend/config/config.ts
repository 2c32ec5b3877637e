import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Value } from 'typebox/value';
import { parseDocument } from 'yaml';
import { checkGrafana, checkNetworks, checkPrometheus, checkUrl, parsePublicUrl } from './checks.ts';
import { parseClickHouseUrl } from './clickhouse-url.ts';
import { ConfigError } from './error.ts';
import { expectations, Settings, type Config } from './schema.ts';

export type { Config } from './schema.ts';

/**
 * Reads and checks a configuration file; without a file the defaults apply.
 * @throws ConfigError with one line that names the key.
 */
export function loadConfig(file: string | undefined): Config {
  const path = file ?? (existsSync('config.yaml') ? 'config.yaml' : undefined);
  const base = path === undefined ? process.cwd() : dirname(resolve(path));
  return checkConfig(path === undefined ? {} : readYaml(path), base);
}

/** Checks settings that were already parsed; relative paths are relative to `base`. */
export function checkConfig(settings: unknown, base: string): Config {
  const filled = Value.Default(Settings, structuredClone(settings ?? {}));
  if (!Value.Check(Settings, filled)) throw new ConfigError(firstProblem(filled));
  checkNetworks('server.trusted_proxies', filled.server.trusted_proxies);
  checkPrometheus(filled.prometheus, filled.server.host);
  checkGrafana(filled.auth.grafana);
  checkUrl('notifications.vector.url', filled.notifications.vector?.url);
  const { tls, public_url } = filled.server;
  return {
    ...filled,
    server: {
      ...filled.server,
      ...(public_url !== undefined && { public_url: parsePublicUrl(public_url) }),
      ...(tls && { tls: { cert_file: resolve(base, tls.cert_file), key_file: resolve(base, tls.key_file) } }),
    },
    prometheus: { ...filled.prometheus, catalogues: filled.prometheus.catalogues.map((file) => resolve(base, file)) },
    database: { url: `sqlite:${resolve(base, filled.database.url.slice('sqlite:'.length))}` },
    auth: { ...filled.auth, key_file: resolve(base, filled.auth.key_file) },
    ingest: { ...filled.ingest, spool_dir: resolve(base, filled.ingest.spool_dir) },
    ...(filled.clickhouse && { clickhouse: checkClickHouse(filled.clickhouse, base) }),
  };
}

function readYaml(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError(`The configuration file ${path} cannot be read (${reason}).`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  const problem = document.errors[0];
  if (problem) throw new ConfigError(`${path} is not valid YAML: ${problem.message.split('\n')[0] ?? ''}`);
  try {
    return document.toJS({ maxAliasCount: 50 }) as unknown;
  } catch {
    throw new ConfigError(`${path} uses too many YAML aliases.`);
  }
}

function firstProblem(settings: unknown): string {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    return 'The configuration has to be a mapping of sections such as server and prometheus.';
  }
  const problems = Value.Errors(Settings, settings);
  const problem = problems.find((one) => one.keyword === 'additionalProperties') ?? problems[0];
  if (!problem) return 'The configuration is not valid.';
  const key = problem.instancePath.split('/').slice(1).join('.');
  if (problem.keyword === 'additionalProperties') {
    const unknown = problem.params.additionalProperties[0] ?? '';
    return `${key === '' ? unknown : `${key}.${unknown}`}: there is no such setting. See config.example.yaml.`;
  }
  return `${key}: ${expectations[key.replaceAll(/\.\d+/g, '')] ?? problem.message}.`;
}

function checkClickHouse(settings: NonNullable<Config['clickhouse']>, base: string): NonNullable<Config['clickhouse']> {
  const { password_file } = settings;
  let { url } = settings;
  try {
    const target = parseClickHouseUrl(url);
    if (target.kind === 'embedded') url = `embedded:${resolve(base, target.dir)}`;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}.`);
  }
  return { ...settings, url, ...(password_file !== undefined && { password_file: resolve(base, password_file) }) };
}
