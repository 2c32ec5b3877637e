/** The push of platform health to a Pushgateway: its settings, and how it is doing. */
import Type, { type Static } from 'typebox';
import { pushFailureReasonNames } from './appliance.ts';
import { pushLimits } from './push-limits.ts';
import { closed, nullable, oneOf, Timestamp } from './schema.ts';

export * from './push-limits.ts';

const settings = {
  enabled: Type.Boolean(),
  url: Type.String({
    maxLength: pushLimits.url,
    description: 'http:// or https://, without a user name and a password',
  }),
  job: Type.String({ minLength: 1, maxLength: pushLimits.label }),
  instance: Type.String({ maxLength: pushLimits.label, description: 'May be empty' }),
  intervalSeconds: Type.Integer({ minimum: pushLimits.interval.min, maximum: pushLimits.interval.max }),
  username: nullable(Type.String({ minLength: 1, maxLength: pushLimits.user, description: 'null: no authentication' })),
};

/** The password is never shown: `hasPassword` says whether one is kept. */
export const PushSettings = Type.Object(
  {
    ...settings,
    hasPassword: Type.Boolean(),
    changedAt: nullable(Timestamp),
    changedBy: nullable(Type.String()),
  },
  closed,
);
export type PushSettings = Static<typeof PushSettings>;

/** `password` left out: the one that is kept, which goes to the host that it was given for and to no other. */
export const PushSettingsBody = Type.Object(
  { ...settings, password: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })) },
  closed,
);
export type PushSettingsBody = Static<typeof PushSettingsBody>;

const Failure = Type.Object({ reason: oneOf(pushFailureReasonNames), message: Type.String(), at: Timestamp }, closed);

export const PushHealth = Type.Object(
  {
    status: oneOf(['off', 'waiting', 'ok', 'failing']),
    lastSuccessAt: nullable(Timestamp),
    lastFailure: nullable(Failure),
    failures: Type.Record(Type.String(), Type.Integer(), { description: 'Since the process started, by reason' }),
    staleGroups: Type.Array(
      Type.Object(
        {
          url: Type.String(),
          job: Type.String(),
          instance: Type.String(),
          since: Timestamp,
          failure: nullable(Type.String({ description: 'Why it could not be removed yet' })),
        },
        closed,
      ),
      { description: 'Groups that are no longer pushed and still have to be removed: their numbers stand still' },
    ),
  },
  closed,
);
export type PushHealth = Static<typeof PushHealth>;

export const Push = Type.Object({ settings: PushSettings, health: PushHealth }, closed);
export type Push = Static<typeof Push>;

/** What one push with these settings came to. Nothing is saved, and its group is removed again. */
export const PushTest = Type.Object(
  {
    ok: Type.Boolean(),
    reason: nullable(oneOf(pushFailureReasonNames)),
    message: Type.String(),
    durationSeconds: Type.Number(),
  },
  closed,
);
export type PushTest = Static<typeof PushTest>;
