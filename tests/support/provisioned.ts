import { expect } from 'vitest';
import { ConfigError } from '../../backend/config/error.ts';
import { checkConfig } from '../../backend/config/config.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { provisionedTokens } from '../../backend/tokens/provisioning/settings.ts';
import { hashSecret, newSecret } from '../../backend/tokens/model/token.ts';
import type { Token } from '../../contract/api.ts';
import type { TestApp } from './app.ts';

/** An entry of `prometheus.provisioned_tokens`. */
export interface Entry {
  readonly name: string;
  readonly sha256: string;
  readonly expires_at?: string;
  readonly catalogues?: readonly string[];
}

/** A token that was made elsewhere, and its entry. */
export function generated(more: Partial<Entry> = {}): { secret: string; entry: Entry } {
  const secret = newSecret();
  return { secret, entry: { name: 'GitOps', sha256: hashSecret(secret), ...more } };
}

/** What the server does at its start with these entries, and with a file that holds a token. */
export async function provision(
  { services }: Pick<TestApp, 'services'>,
  entries: readonly Entry[],
  file?: string,
): Promise<void> {
  const { provisioned_tokens: checked } = checkConfig(
    { prometheus: { provisioned_tokens: entries } },
    '/srv',
  ).prometheus;
  await services.tokens.provision(provisionedTokens(checked, file, silentLogger));
}

/** Every token, oldest first. */
export async function tokens({ services }: TestApp): Promise<Token[]> {
  return (await services.tokens.list({ sort: 'createdAt', limit: 200 })).items;
}

/** The one token that there is. */
export async function onlyToken(t: TestApp): Promise<Token> {
  const [token, another] = await tokens(t);
  expect(another).toBeUndefined();
  return token!;
}

/** The one line that a person gets to read. */
export async function problemOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'none';
}
