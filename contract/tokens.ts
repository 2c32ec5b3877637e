/** Scrape tokens as the API shows them, their rotation, who uses them, and what is wrong with one. */
import Type, { type Static } from 'typebox';
import { TokenCatalogues } from './catalogue-api.ts';
import { tokenStatuses } from './metrics.ts';
import { closed, Cursor, Limit, Name, nullable, oneOf, queryText, Timestamp, usually } from './schema.ts';

/** What an administrator should look at. `silent`: scrapes stopped coming; `knocking`: still used although it is no longer valid. */
export const tokenWarnings = ['expires_soon', 'shared', 'silent', 'knocking'] as const;
export type TokenWarning = (typeof tokenWarnings)[number];

/** How a token came to be: minted here, or brought in by the configuration. */
export const tokenOrigins = ['minted', 'provisioned'] as const;
export type TokenOrigin = (typeof tokenOrigins)[number];

export const Token = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    prefix: Type.String({
      description: 'The first characters of the secret, to tell tokens apart; of its hash where only that is known',
    }),
    origin: oneOf(tokenOrigins),
    catalogues: Type.Array(Type.String(), { description: 'Its scope: ids of catalogues' }),
    createdAt: Timestamp,
    createdBy: Type.String(),
    expiresAt: nullable(Timestamp),
    lastUsedAt: nullable(Timestamp),
    lastIp: nullable(Type.String()),
    status: oneOf(tokenStatuses),
    revokedAt: nullable(Timestamp),
    revokedBy: nullable(Type.String()),
    predecessorId: nullable(Type.String({ description: 'The token that this one replaces' })),
    successorId: nullable(Type.String({ description: 'The token that replaces this one' })),
    concerns: Type.Array(oneOf(tokenWarnings)),
  },
  closed,
);
export type Token = Static<typeof Token>;
export type TokenStatus = Token['status'];

export const tokenSortFields = ['createdAt', 'name', 'expiresAt', 'lastUsedAt'] as const;
export type TokenSortField = (typeof tokenSortFields)[number];
export const tokenSorts = tokenSortFields.flatMap((field) => [field, `-${field}`] as const);
export type TokenSort = TokenSortField | `-${TokenSortField}`;

export const ListTokensQuery = Type.Object(
  {
    status: Type.Optional(oneOf(tokenStatuses)),
    search: Type.Optional(queryText(200, 'part of a name, in any case', 0)),
    sort: usually(Type.Unsafe<TokenSort>({ type: 'string', enum: tokenSorts }), '-createdAt'),
    limit: Limit,
    cursor: Type.Optional(Cursor),
  },
  closed,
);
export type ListTokensQuery = Static<typeof ListTokensQuery>;

export const TokenList = Type.Object(
  { items: Type.Array(Token), nextCursor: nullable(Type.String()), total: Type.Integer() },
  closed,
);
export type TokenList = Static<typeof TokenList>;

export const CreateTokenBody = Type.Object(
  {
    name: Name,
    expiresAt: Type.Optional(nullable(Timestamp)),
    catalogues: Type.Optional(
      Type.Unsafe<string[]>({
        ...TokenCatalogues,
        description: 'Its scope. Left out: the platform’s own endpoint',
      }),
    ),
  },
  closed,
);
export type CreateTokenBody = Static<typeof CreateTokenBody>;
export const CreatedToken = Type.Object({ token: Token, secret: Type.String() }, closed);
export type CreatedToken = Static<typeof CreatedToken>;
export const RenameTokenBody = Type.Object({ name: Name }, closed);
export const OneToken = Type.Object({ token: Token }, closed);

/** `observed`: until the successor has been used and this token no longer is. Otherwise so many seconds; 0: it leaked, and is revoked at once. */
export const OBSERVED = 'observed';
export const ROTATION_GRACE_MAX_SECONDS = 90 * 24 * 3600;
export const RotateTokenBody = Type.Object(
  {
    expiresAt: Type.Optional(
      Type.Unsafe<string | null>({
        ...nullable(Timestamp),
        description: 'Of the successor. Left out: it lives as long as its predecessor was meant to',
      }),
    ),
    grace: usually(
      Type.Union([Type.Literal(OBSERVED), Type.Integer({ minimum: 0, maximum: ROTATION_GRACE_MAX_SECONDS })]),
      OBSERVED,
    ),
    latestAt: Type.Optional(
      Type.Unsafe<string>({ ...Timestamp, description: 'With `observed`: when the predecessor ends in any case' }),
    ),
  },
  closed,
);
export type RotateTokenBody = Static<typeof RotateTokenBody>;
export const RotatedToken = Type.Object({ token: Token, secret: Type.String(), predecessor: Token }, closed);
export type RotatedToken = Static<typeof RotatedToken>;

/** How far a switch from one token to the next is. */
export const RotationProgress = Type.Object(
  {
    predecessorId: Type.String(),
    successorId: Type.String(),
    grace: oneOf(['observed', 'timed']),
    startedAt: Timestamp,
    startedBy: Type.String(),
    waitingFor: oneOf(['successor', 'silence', 'time']),
    successorUsedAt: nullable(Timestamp),
    silentSeconds: Type.Integer({ description: 'How long the predecessor has been silent while the backend served' }),
    silentSecondsNeeded: Type.Integer(),
    latestAt: nullable(Timestamp),
  },
  closed,
);
export type RotationProgress = Static<typeof RotationProgress>;
/** `chain`: the token with all before and after it, oldest first. `progress`: null where no switch is under way. */
export const TokenRotation = Type.Object({ chain: Type.Array(Token), progress: nullable(RotationProgress) }, closed);
export type TokenRotation = Static<typeof TokenRotation>;

export const Consumer = Type.Object(
  {
    ip: Type.String(),
    userAgent: nullable(Type.String()),
    firstAt: Timestamp,
    lastAt: Timestamp,
    scrapes: Type.Integer(),
  },
  { ...closed, description: 'One address and user agent that scraped with the token of late' },
);
export type Consumer = Static<typeof Consumer>;

/** What is seen of a token's user. Shown here and in the page, never as a series. */
export const TokenConsumers = Type.Object(
  {
    usualIntervalSeconds: nullable(Type.Number()),
    lastScrape: nullable(
      Type.Object(
        {
          at: Timestamp,
          durationSeconds: Type.Number(),
          format: Type.String({ description: 'The Content-Type of the answer' }),
          ip: Type.String(),
          userAgent: nullable(Type.String()),
        },
        closed,
      ),
    ),
    consumers: Type.Array(Consumer),
    knocking: nullable(
      Type.Object(
        {
          ip: Type.String(),
          reason: oneOf(['expired', 'revoked']),
          count: Type.Integer({ description: 'Refused scrapes since the token was no longer valid' }),
          lastAt: Timestamp,
        },
        closed,
      ),
    ),
    concerns: Type.Array(oneOf(tokenWarnings)),
  },
  closed,
);
export type TokenConsumers = Static<typeof TokenConsumers>;

/** What a browser tells of a pasted token: never the token. */
export const DiagnoseTokenBody = Type.Object(
  {
    prefix: Type.String({ pattern: '^vst_[0-9A-Za-z]{0,6}$', description: 'The public part: up to 10 characters' }),
    checksum: oneOf(['ok', 'bad']),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  closed,
);
export type DiagnoseTokenBody = Static<typeof DiagnoseTokenBody>;

export const TokenDiagnosis = Type.Object(
  {
    verdict: oneOf(['typo', 'unknown', 'expired', 'revoked', 'active']),
    token: nullable({
      ...Token,
      description: 'The token itself, or with a typo the one that it probably was meant to be',
    }),
  },
  closed,
);
export type TokenDiagnosis = Static<typeof TokenDiagnosis>;
