import { errors, type JWTPayload } from 'jose';
import { forbiddenInNames } from '../../contract/names.ts';
import { JwksFailure } from './jwks.ts';

/** Why an identity was not believed. Its sentence is for the page and the log, and never repeats the identity. */
export class IdentityFailure extends Error {
  override name = 'IdentityFailure';
  /** Which of the ways to fail it is, for a log that tells each of them once. */
  readonly kind: string;

  constructor(kind: string, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.kind = kind;
  }
}

export const anonymous = () =>
  new IdentityFailure(
    'anonymous',
    'You are not signed in to Grafana: an anonymous visitor has no identity that could be verified. Sign in.',
  );

export const noUser = () =>
  new IdentityFailure(
    'no user',
    'Only users of Grafana may do this, not service accounts and API keys. A program uses a credential of its own, without Grafana: `vitals credential issue`.',
  );

/** What is expected of an identity, and when. */
export interface Expected {
  readonly issuer: string;
  readonly orgId: number;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** The sentence for what `jwtVerify` threw. What came before the signature is only claimed, and said as such. */
export function explainFailure(error: unknown, unverified: Unverified, expected: Expected): IdentityFailure {
  const failure = (kind: string, sentence: string) => new IdentityFailure(kind, sentence, { cause: error });
  if (error instanceof JwksFailure) {
    return failure('keys', `Grafana’s keys cannot be fetched from auth.grafana.jwks_url, ${error.message}`);
  }
  if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
    return failure(`claim ${error.claim}`, claimSentence(error, expected));
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return failure('algorithm', `X-Grafana-Id is signed with ${shown(unverified.alg)}, and only ES256 is taken.`);
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return failure(
      'key',
      `X-Grafana-Id is signed with the key id ${shown(unverified.kid)}, which is not among the keys at auth.grafana.jwks_url: that is another Grafana’s address, or its keys changed within this minute. It claims to be issued by ${shown(unverified.iss)}; auth.grafana.issuer is ${shown(expected.issuer)}.`,
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return failure(
      'signature',
      `The signature does not fit X-Grafana-Id and the key ${shown(unverified.kid)} at auth.grafana.jwks_url: it was changed, or comes from another Grafana.`,
    );
  }
  return failure('form', 'X-Grafana-Id is no JWT, or a broken one.');
}

function claimSentence({ claim, reason, payload }: ClaimError, { issuer, orgId, now }: Expected): string {
  if (reason === 'missing' || payload[claim] === undefined) return `X-Grafana-Id has no claim "${claim}".`;
  const value = payload[claim];
  const seconds = typeof value === 'number' ? Math.abs(Math.floor(now / 1000) - value) : 0;
  switch (reason === 'invalid' ? 'invalid' : claim) {
    case 'iss':
      return `X-Grafana-Id is issued by ${shown(value)}, but auth.grafana.issuer is ${shown(issuer)}. Set it to Grafana’s root_url. After a change of root_url in Grafana, identities in use heal within ten minutes.`;
    case 'aud':
      return `X-Grafana-Id is for ${shown(value)}, but auth.grafana.org_id is ${orgId}: the plugin is used in another organisation.`;
    case 'exp':
      return `X-Grafana-Id expired ${duration(seconds)} ago by this appliance’s clock. Grafana renews it within ten minutes: compare the clocks of both.`;
    case 'iat':
      return `X-Grafana-Id was issued ${duration(seconds)} ahead of this appliance’s clock, which is behind Grafana’s: compare the clocks of both.`;
    case 'nbf':
      return `X-Grafana-Id is not valid for another ${duration(seconds)} by this appliance’s clock, which is behind Grafana’s: compare the clocks of both.`;
    default:
      return `The claim "${claim}" of X-Grafana-Id does not have the form that it should have.`;
  }
}

type ClaimError = Pick<errors.JWTClaimValidationFailed, 'claim' | 'reason' | 'payload'>;

/** What an identity says of itself before anything was verified. */
export interface Unverified {
  readonly alg?: unknown;
  readonly kid?: unknown;
  readonly iss?: unknown;
}

/** Reads it without believing it. Of what is no JWT there is nothing to read. */
export function readUnverified(jwt: string): Unverified {
  const [header, payload] = jwt.split('.').map(readPart);
  return { alg: header?.['alg'], kid: header?.['kid'], iss: payload?.iss };
}

function readPart(part: string): JWTPayload | undefined {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null ? (value as JWTPayload) : undefined;
  } catch {
    return undefined;
  }
}

function duration(seconds: number): string {
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= 2 * size && seconds >= 600) ?? ['second', 1];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Longest text of a claim that is shown, in characters. */
const SHOWN_LENGTH = 100;
/** Most values of a list that are shown. */
const SHOWN_VALUES = 3;

/** A value that somebody else wrote, short and printable. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `"${printable(value, SHOWN_LENGTH)}"`;
  if (!Array.isArray(value)) return 'something that is no text';
  const values = value.slice(0, SHOWN_VALUES).map((one) => (Array.isArray(one) ? 'a list' : shown(one)));
  return [...values, ...(value.length > SHOWN_VALUES ? ['…'] : [])].join(', ') || 'nobody';
}

/** Text without what could mislead its reader, cut where it is too long. @param length in characters */
export function printable(text: string, length: number): string {
  const characters = Array.from(text.slice(0, 2 * length).toWellFormed());
  return characters
    .map((character) => (forbiddenInNames.test(character) ? '\ufffd' : character))
    .slice(0, length)
    .join('');
}
