import { nameProblem, parseTimestamp } from '../../contract/api.ts';
import { isLoopback, isNetwork } from '../lib/ip-address.ts';
import { ConfigError } from './error.ts';
import type { Config } from './config.ts';

/**
 * Checks what the types of the section do not say.
 * @throws ConfigError with one line that names the key.
 */
export function checkPrometheus({ auth, provisioned_tokens }: Config['prometheus'], host: string): void {
  checkAuth(auth, host);
  checkProvisioned(provisioned_tokens);
}

/** @throws ConfigError that names the entry */
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
