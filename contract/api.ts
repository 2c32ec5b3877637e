/** Schema of every request and answer, shared by the backend (validation, OpenAPI) and the plugin (types, inline validation). */
import Type, { type Static } from 'typebox';
import { metricTypes } from './catalogue-model.ts';
import { tokenStatuses } from './metrics.ts';
import { refusals, type RefusalCode } from './refusals.ts';
import { actingRoles, roles } from './roles.ts';
import { closed, Cursor, Limit, Name, nullable, oneOf, Timestamp } from './schema.ts';

export * from './alarms.ts';
export * from './audit.ts';
export * from './catalogue-api.ts';
export * from './notifications.ts';
export * from './push.ts';
export * from './tokens.ts';
export { Name, Timestamp };

/** The times of the years 0001 to 9999 in UTC; an offset must not carry a time beyond them. */
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
export const LATEST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

/** Milliseconds since the Unix epoch, or nothing where the text is no existing date and time with an offset. */
export function parseTimestamp(text: string): number | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined;
  const epochMs = Date.parse(text);
  return epochMs >= EARLIEST && epochMs <= LATEST_TIME ? epochMs : undefined;
}

export { NAME_MAX_LENGTH, forbiddenInNames, nameProblem } from './names.ts';

/** For a request that needs no body: none, or an empty object. */
export const NoBody = Type.Union([Type.Null(), Type.Object({}, closed)]);

export const IdParams = Type.Object(
  { id: Type.String({ pattern: '^[A-Za-z0-9._~-]+$', maxLength: 100, description: 'an id, as it was given' }) },
  closed,
);

export const Credential = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    role: oneOf(roles),
    catalogue: nullable(Type.String({ description: 'The one that a reporter reports for' })),
    createdAt: Timestamp,
    createdBy: Type.String(),
    expiresAt: Timestamp,
    lastUsedAt: nullable(Timestamp),
    lastIp: nullable(Type.String()),
    status: oneOf(tokenStatuses),
    revokedAt: nullable(Timestamp),
    revokedBy: nullable(Type.String()),
  },
  closed,
);
export type Credential = Static<typeof Credential>;

export const ListCredentialsQuery = Type.Object(
  {
    status: Type.Optional(oneOf(tokenStatuses)),
    role: Type.Optional(oneOf(roles)),
    limit: Limit,
    cursor: Type.Optional(Cursor),
  },
  closed,
);
export type ListCredentialsQuery = Static<typeof ListCredentialsQuery>;
export const CredentialList = Type.Object(
  { items: Type.Array(Credential), nextCursor: nullable(Type.String()) },
  closed,
);
export type CredentialList = Static<typeof CredentialList>;
export const OneCredential = Type.Object({ credential: Credential }, closed);

/** In which ways a scrape can say who it is. All but the first are off unless the configuration says otherwise. */
export const scrapeAuthWays = ['bearer', 'basic', 'query', 'none'] as const;
export type ScrapeAuthWay = (typeof scrapeAuthWays)[number];

export const Integration = Type.Object(
  {
    id: Type.Literal('prometheus'),
    name: Type.String(),
    status: oneOf(['enabled', 'disabled']),
    path: Type.String(),
    activeTokens: Type.Integer(),
    lastScrapeAt: nullable(Timestamp),
    authentication: Type.Array(oneOf(scrapeAuthWays), { description: 'Ways of authentication that are on' }),
    openTo: Type.Array(Type.String(), { description: 'Networks that need no credential' }),
    publicUrl: nullable(
      Type.String({
        description:
          'Scheme, host and port at which an outside Prometheus reaches it; null: the configuration does not say',
      }),
    ),
    maxTokenLifetimeDays: nullable(
      Type.Integer({ description: 'How long a new scrape token may live at most; null: for ever' }),
    ),
  },
  closed,
);
export type Integration = Static<typeof Integration>;
export const Integrations = Type.Array(Integration);

export const Health = Type.Object(
  {
    status: oneOf(['ok', 'degraded']),
    version: Type.String(),
    uptimeSeconds: Type.Number(),
    database: oneOf(['ok', 'unavailable']),
    reasons: Type.Array(Type.String(), { description: 'Why it is degraded, one sentence each; empty where it is not' }),
    alarmEngineTickAgeSeconds: nullable(
      Type.Number({ description: 'Seconds since the alarm engine last looked at its rules; null before it ever did' }),
    ),
    spool: nullable(
      Type.Object({ usedBytes: Type.Integer(), maxBytes: Type.Integer(), waitingRows: Type.Integer() }, closed),
    ),
    caller: Type.Object(
      {
        credential: oneOf(roles),
        role: oneOf(actingRoles),
        name: nullable(Type.String()),
      },
      { ...closed, description: 'Whom the backend takes the caller for: what a connection test has to know' },
    ),
  },
  closed,
);
export type Health = Static<typeof Health>;

export const ContractFamily = Type.Object(
  {
    name: Type.String(),
    type: oneOf(metricTypes),
    help: Type.String(),
    unit: nullable(Type.String()),
    labels: Type.Record(Type.String(), Type.Array(Type.String())),
    buckets: nullable(Type.Array(Type.Number())),
    series: Type.Integer({ description: 'Upper bound of time series, histogram buckets included' }),
    absentWhen: nullable(Type.String()),
  },
  closed,
);
export type ContractFamily = Static<typeof ContractFamily>;

export const Contract = Type.Object(
  {
    namespace: Type.String(),
    scope: Type.Literal('platform-health'),
    families: Type.Array(ContractFamily),
    neverExposed: Type.Array(Type.String()),
  },
  closed,
);
export type Contract = Static<typeof Contract>;

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Unsafe<RefusalCode>({ type: 'string', enum: Object.keys(refusals) }),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }, closed))),
    requestId: Type.Optional(Type.String()),
  },
  closed,
);
export type Problem = Static<typeof Problem>;
