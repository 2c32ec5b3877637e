/** What the schema does not say of a setting. Each throws ConfigError with one line that names the key. */
import { nameProblem, parseTimestamp } from '../../contract/api.ts';
import { isLoopback, isNetwork } from '../lib/ip-address.ts';
import { ConfigError } from './error.ts';
import type { Config } from './schema.ts';

export function checkPrometheus({ auth, provisioned_tokens }: Config['prometheus'], host: string): void {
  checkAuth(auth, host);
  checkProvisioned(provisioned_tokens);
}

export function checkNetworks(key: string, networks: readonly string[]): void {
  const wrong = networks.findIndex((network) => !isNetwork(network));
  if (wrong >= 0) throw new ConfigError(`${key}.${wrong}: has to be an IP address or a CIDR range.`);
}

/** Nobody lets the whole world in by leaving something out. */
function checkAuth({ anonymous, anonymous_networks: networks }: Config['prometheus']['auth'], host: string): void {
  const key = 'prometheus.auth.anonymous_networks';
  checkNetworks(key, networks);
  const everybody = networks.findIndex((network) => /\/0+$/.test(network));
  if (everybody >= 0)
    throw new ConfigError(`${key}.${everybody}: names everybody. Name the networks of your scrapers.`);
  if (!anonymous && networks.length > 0) {
    throw new ConfigError(
      `${key}: says nothing while prometheus.auth.anonymous is off. Remove it, or set that to true.`,
    );
  }
  if (anonymous && networks.length === 0 && !isLoopback(host)) {
    throw new ConfigError(
      `prometheus.auth.anonymous: is refused while server.host is ${host}. Name the networks that need no credential in ${key}, or listen on loopback.`,
    );
  }
}

function checkProvisioned(tokens: Config['prometheus']['provisioned_tokens']): void {
  const seen = new Map<string, string>();
  for (const [index, { name, sha256, expires_at }] of tokens.entries()) {
    const key = `prometheus.provisioned_tokens.${index}`;
    const problem = nameProblem(name);
    if (problem !== undefined) throw new ConfigError(`${key}.name: ${problem}`);
    if (expires_at !== undefined && parseTimestamp(expires_at) === undefined) {
      throw new ConfigError(
        `${key}.expires_at: has to be a date and time with an offset, for instance 2027-01-31T00:00:00Z.`,
      );
    }
    const other = seen.get(sha256);
    if (other !== undefined) throw new ConfigError(`${key}.sha256: is that of ${other}, too. Remove one of the two.`);
    seen.set(sha256, key);
  }
}

/** A URL that is shown in logs and problems may carry no secret. */
export function checkUrl(key: string, text: string | undefined): void {
  if (text === undefined) return;
  if (!URL.canParse(text)) throw new ConfigError(`${key}: has to be an http:// or https:// URL.`);
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') throw new ConfigError(`${key}: may not contain a user name or a password.`);
}

export function checkGrafana(grafana: Config['auth']['grafana']): void {
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

/**
 * Where others reach the backend: scheme, host and port, as they go into scrape configurations.
 * @throws ConfigError with one line that names the key.
 */
export function parsePublicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError('server.public_url: has to be an http:// or https:// URL.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError('server.public_url: may not contain a user name or a password.');
  }
  if (url.pathname !== '/' || /[?#]/.test(text)) {
    throw new ConfigError('server.public_url: has to be scheme, host and port, without a path or anything behind it.');
  }
  return url.origin;
}
