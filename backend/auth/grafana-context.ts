/** Users of Grafana, and the unsigned `X-Grafana-Context` that tells of one. */
import Type from 'typebox';
import { Value } from 'typebox/value';
import { anonymous, IdentityFailure, noUser, printable } from './identity-failure.ts';

/** A user of Grafana, as far as this backend knows roles: an organisation's Admin or Editor, or anyone else. */
export interface GrafanaUser {
  readonly name: string;
  readonly role: 'admin' | 'editor' | 'viewer';
}

/** @param orgRole as Grafana spells it; what it does not know is the least of them */
export function roleOf(orgRole: unknown): GrafanaUser['role'] {
  if (orgRole === 'Admin') return 'admin';
  return orgRole === 'Editor' ? 'editor' : 'viewer';
}

/** Longest name that is kept, in characters. */
export const USER_NAME_LENGTH = 200;

/** Names of Go's struct fields: Grafana marshals its SignedInUser without any tags. */
const Context = Type.Object({
  UserID: Type.Integer({ minimum: 1 }),
  OrgID: Type.Integer(),
  OrgRole: Type.String(),
  Login: Type.String({ minLength: 1 }),
  IsAnonymous: Type.Optional(Type.Literal(false)),
  IsServiceAccount: Type.Optional(Type.Literal(false)),
  IsDisabled: Type.Optional(Type.Literal(false)),
  ApiKeyID: Type.Optional(Type.Literal(0)),
});

/**
 * The user of the context: believed only where the settings say so and nobody else reaches this backend.
 * @throws IdentityFailure
 */
export function userFromContext(headers: readonly string[], orgId: number | undefined): GrafanaUser {
  const [text, second] = headers;
  if (text === undefined || second !== undefined) {
    throw new IdentityFailure('context', 'There has to be exactly one X-Grafana-Context.');
  }
  const context = parse(text);
  if (context === undefined) throw new IdentityFailure('context', 'X-Grafana-Context is not valid JSON.');
  if (!Value.Check(Context, context)) {
    throw whoIsNoUser(headers) ?? new IdentityFailure('context', 'X-Grafana-Context names no signed-in user.');
  }
  if (context.OrgID !== orgId) {
    throw new IdentityFailure(
      'organisation',
      `The user is in organisation ${context.OrgID} of Grafana, but auth.grafana.org_id is ${orgId ?? 'not set'}.`,
    );
  }
  return { name: printable(context.Login, USER_NAME_LENGTH), role: roleOf(context.OrgRole) };
}

/** What the context says of somebody who is no user, for the sentence alone: it is not signed. */
export function whoIsNoUser(headers: readonly string[]): IdentityFailure | undefined {
  const context = parse(headers[0] ?? '');
  if (typeof context !== 'object' || context === null) return undefined;
  const { IsAnonymous, IsServiceAccount, ApiKeyID = 0 } = context as Record<string, unknown>;
  if (IsAnonymous === true) return anonymous();
  return IsServiceAccount === true || ApiKeyID !== 0 ? noUser() : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as unknown; // Node reads headers as Latin-1, Grafana writes UTF-8
  } catch {
    return undefined;
  }
}
