import Type, { type Static } from 'typebox';
import { CATALOGUE_ID, PLATFORM } from '../../contract/catalogue-api.ts';

const closed = { additionalProperties: false } as const;
const File = (options: { default?: string } = {}) => Type.String({ minLength: 1, ...options });

/** Every setting: type, default and validation in one place. `config.example.yaml` explains them. */
export const Settings = Type.Object(
  {
    server: Type.Object(
      {
        host: Type.String({ minLength: 1, default: '127.0.0.1' }),
        port: Type.Integer({ minimum: 0, maximum: 65535, default: 9470 }),
        max_connections: Type.Integer({ minimum: 16, maximum: 100_000, default: 1000 }),
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
    storage: Type.Object(
      { min_free_mb: Type.Integer({ minimum: 0, maximum: 1_048_576, default: 512 }) },
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
export const expectations: Record<string, string> = {
  'database.url': 'has to be sqlite:PATH',
  'auth.grafana.jwks_url': 'has to be an http:// or https:// URL',
  'clickhouse.database': 'has to be a name of letters, digits and underscores',
  'notifications.vector.url': 'has to be an http:// or https:// URL',
  'prometheus.provisioned_tokens.sha256':
    'has to be 64 hexadecimal digits in lower case, as `vitals token generate` prints them',
  'appliance.go_version': 'has to be a version such as go1.24.1',
};
