import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parseDocument } from 'yaml';
import { CATALOGUE_ID, PLATFORM } from '../../contract/catalogue-api.ts';
import { parseClickHouseUrl } from './clickhouse-url.ts';
import { ConfigError } from './error.ts';
import { checkNetworks, checkPrometheus } from './prometheus.ts';
import { parsePublicUrl } from './server.ts';

const closed = { additionalProperties: false } as const;
const File = (options: { default?: string } = {}) => Type.String({ minLength: 1, ...options });

/** Every setting: type, default and validation in one place. `config.example.yaml` explains them. */
const Settings = Type.Object(
  {
    server: Type.Object(
      {
        host: Type.String({ minLength: 1, default: '127.0.0.1' }),
        port: Type.Integer({ minimum: 0, maximum: 65535, default: 9470 }),
        public_url: Type.Optional(Type.String()),
        trusted_proxies: Type.Array(Type.String(), { default: [] }),
        tls: Type.Optional(Type.Object({ cert_file: File(), key_file: File() }, closed)),
      },
      { ...closed, default: {} },
    ),
    database: Type.Object(
      { url: Type.String({ pattern: '^sqlite:.+', default: 'sqlite:data/vitals.db' }) },
      { ...closed, default: {} },
    ),
    prometheus: Type.Object(
      {
        enabled: Type.Boolean({ default: false }),
        catalogues: Type.Array(File(), { default: [], maxItems: 100 }),
        source_hosts: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { default: [] }),
        auth: Type.Object(
          {
            basic_password: Type.Boolean({ default: false }),
            query_token: Type.Boolean({ default: false }),
            anonymous: Type.Boolean({ default: false }),
            anonymous_networks: Type.Array(Type.String(), { default: [] }),
          },
          { ...closed, default: {} },
        ),
        provisioned_tokens: Type.Array(
          Type.Object(
            {
              name: Type.String({ minLength: 1 }),
              sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
              expires_at: Type.Optional(Type.String()),
              catalogues: Type.Array(Type.String({ pattern: CATALOGUE_ID }), { default: [PLATFORM], minItems: 1 }),
            },
            closed,
          ),
          { default: [], maxItems: 1000 },
        ),
      },
      { ...closed, default: {} },
    ),
    tokens: Type.Object(
      { max_lifetime_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })) },
      { ...closed, default: {} },
    ),
    retention: Type.Object(
      {
        audit_days: Type.Integer({ minimum: 1, maximum: 36_500, default: 730 }),
        alarms_days: Type.Integer({ minimum: 1, maximum: 36_500, default: 90 }),
        notifications_days: Type.Integer({ minimum: 1, maximum: 36_500, default: 30 }),
      },
      { ...closed, default: {} },
    ),
    auth: Type.Object(
      {
        key_file: File({ default: 'data/jwt-key.json' }),
        grafana: Type.Optional(
          Type.Object(
            {
              jwks_url: Type.Optional(Type.String({ pattern: '^https?://' })),
              issuer: Type.Optional(Type.String({ minLength: 1 })),
              org_id: Type.Optional(Type.Integer({ minimum: 1 })),
              trust_context: Type.Boolean({ default: false }),
            },
            closed,
          ),
        ),
      },
      { ...closed, default: {} },
    ),
    clickhouse: Type.Optional(
      Type.Object(
        {
          url: Type.String({ minLength: 1 }),
          database: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$', default: 'vitals' }),
          username: Type.Optional(Type.String({ minLength: 1 })),
          password_file: Type.Optional(File()),
          staleness_seconds: Type.Integer({ minimum: 1, maximum: 86_400, default: 120 }),
        },
        closed,
      ),
    ),
    ingest: Type.Object(
      {
        spool_dir: File({ default: 'data/spool' }),
        spool_max_mb: Type.Integer({ minimum: 1, maximum: 1_048_576, default: 256 }),
      },
      { ...closed, default: {} },
    ),
    appliance: Type.Object(
      { go_version: Type.String({ pattern: '^[A-Za-z0-9.+_-]{1,64}$', default: 'none' }) },
      { ...closed, default: {} },
    ),
    alarms: Type.Object(
      { tick_seconds: Type.Integer({ minimum: 1, maximum: 3600, default: 15 }) },
      { ...closed, default: {} },
    ),
    notifications: Type.Object(
      {
        vector: Type.Optional(
          Type.Object(
            {
              url: Type.String({ pattern: '^https?://' }),
              timeout_seconds: Type.Number({ minimum: 0.1, maximum: 60, default: 5 }),
              open_after_seconds: Type.Number({ minimum: 1, maximum: 3600, default: 30 }),
            },
            closed,
          ),
        ),
      },
      { ...closed, default: {} },
    ),
  },
  { ...closed, default: {} },
);

/** The settings with every default filled in and every path absolute. */
export type Config = Static<typeof Settings>;

/** Sentences for patterns, whose expression would tell a reader nothing. */
const expectations: Record<string, string> = {
  'database.url': 'has to be sqlite:PATH',
  'auth.grafana.jwks_url': 'has to be an http:// or https:// URL',
  'clickhouse.database': 'has to be a name of letters, digits and underscores',
  'notifications.vector.url': 'has to be an http:// or https:// URL',
  'prometheus.provisioned_tokens.sha256':
    'has to be 64 hexadecimal digits in lower case, as `vitals token generate` prints them',
  'appliance.go_version': 'has to be a version such as go1.24.1',
};

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

/** A URL that is shown in logs and problems may carry no secret. */
function checkUrl(key: string, text: string | undefined): void {
  if (text === undefined) return;
  if (!URL.canParse(text)) throw new ConfigError(`${key}: has to be an http:// or https:// URL.`);
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') throw new ConfigError(`${key}: may not contain a user name or a password.`);
}

function checkGrafana(grafana: Config['auth']['grafana']): void {
  if (!grafana) return;
  const { jwks_url, issuer, org_id, trust_context } = grafana;
  checkUrl('auth.grafana.jwks_url', jwks_url);
  if (trust_context) {
    if (jwks_url !== undefined || issuer !== undefined) {
      throw new ConfigError(
        'auth.grafana.trust_context: is only for where no JWKS can be reached. Remove it, or jwks_url and issuer.',
      );
    }
    if (org_id === undefined) throw new ConfigError('auth.grafana.org_id: is required with trust_context.');
    return;
  }
  for (const [key, value] of Object.entries({ jwks_url, issuer, org_id })) {
    if (value === undefined) {
      throw new ConfigError(`auth.grafana.${key}: jwks_url, issuer and org_id are required together.`);
    }
  }
}
