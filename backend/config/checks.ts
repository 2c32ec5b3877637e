/** What the schema does not say of a setting. */
import { nameProblem, parseTimestamp } from '../../contract/api.ts';
import { isAddress, isLoopback, networkProblem } from '../lib/ip-address.ts';
import { parseClickHouseUrl } from './clickhouse-url.ts';
import type { Config } from './schema.ts';

/** Told of each mistake: the path of the setting, and a sentence. */
export type Report = (path: string, message: string) => void;

interface Check {
  /** The settings that it looks at. Where the schema refuses one of them, the check has nothing to say. */
  readonly reads: readonly string[];
  run(config: Config, report: Report): void;
}

export const checks: readonly Check[] = [
  { reads: ['server.host'], run: checkHost },
  { reads: ['server.public_url'], run: checkPublicUrl },
  {
    reads: ['server.trusted_proxies'],
    run: ({ server }, report) => checkNetworks('server.trusted_proxies', server.trusted_proxies, report),
  },
  { reads: ['prometheus.source_hosts'], run: checkSourceHosts },
  { reads: ['prometheus.auth', 'server.host'], run: checkAuth },
  { reads: ['prometheus.provisioned_tokens'], run: checkProvisioned },
  { reads: ['auth.grafana'], run: checkGrafana },
  { reads: ['clickhouse.url'], run: checkClickHouse },
  {
    reads: ['notifications.vector.url'],
    run: ({ notifications }, report) => checkUrl('notifications.vector.url', notifications.vector?.url, report),
  },
];

function checkHost({ server: { host } }: Config, report: Report): void {
  const problem = hostProblem(host);
  if (problem !== undefined) report('server.host', `${problem}; 0.0.0.0 or :: listens on all of them.`);
}

function checkSourceHosts({ prometheus: { source_hosts } }: Config, report: Report): void {
  source_hosts.forEach((host, index) => {
    const problem = hostProblem(host);
    if (problem !== undefined) report(`prometheus.source_hosts.${index}`, `${problem}.`);
  });
}

function hostProblem(host: string): string | undefined {
  if (isAddress(host) || /^[\w.-]+$/.test(host)) return undefined;
  return 'has to be one address or host name, without brackets, a port or *';
}

function checkNetworks(path: string, networks: readonly string[], report: Report): void {
  networks.forEach((network, index) => {
    const problem = networkProblem(network);
    if (problem !== undefined) report(`${path}.${index}`, `${problem}.`);
  });
}

/** Nobody lets the whole world in by leaving something out. */
function checkAuth({ prometheus, server: { host } }: Config, report: Report): void {
  const { anonymous, anonymous_networks: networks } = prometheus.auth;
  const path = 'prometheus.auth.anonymous_networks';
  checkNetworks(path, networks, report);
  if (!anonymous && networks.length > 0) {
    report(path, 'says nothing while prometheus.auth.anonymous is off. Remove it, or set that to true.');
  }
  if (anonymous && networks.length === 0 && !isLoopback(host)) {
    report(
      'prometheus.auth.anonymous',
      `is refused while server.host is ${host}. Name the networks that need no credential in ${path}, or listen on loopback.`,
    );
  }
}

function checkProvisioned({ prometheus: { provisioned_tokens } }: Config, report: Report): void {
  const seen = new Map<string, string>();
  for (const [index, { name, sha256, expires_at }] of provisioned_tokens.entries()) {
    const path = `prometheus.provisioned_tokens.${index}`;
    const problem = nameProblem(name);
    if (problem !== undefined) report(`${path}.name`, problem);
    if (expires_at !== undefined && parseTimestamp(expires_at) === undefined) {
      report(`${path}.expires_at`, 'has to be a date and time with an offset, for instance 2027-01-31T00:00:00Z.');
    }
    const other = seen.get(sha256);
    if (other === undefined) seen.set(sha256, path);
    else report(`${path}.sha256`, `is that of ${other}, too. Remove one of the two.`);
  }
}

/** A URL that is shown in logs and problems may carry no secret. */
function checkUrl(path: string, text: string | undefined, report: Report): void {
  if (text === undefined) return;
  if (!URL.canParse(text)) return report(path, 'has to be an http:// or https:// URL.');
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') report(path, 'may not contain a user name or a password.');
}

function checkGrafana({ auth: { grafana } }: Config, report: Report): void {
  if (!grafana) return;
  const { jwks_url, issuer, org_id, trust_context } = grafana;
  checkUrl('auth.grafana.jwks_url', jwks_url, report);
  if (trust_context) {
    if (jwks_url !== undefined || issuer !== undefined) {
      report(
        'auth.grafana.trust_context',
        'is only for where no JWKS can be reached. Remove it, or jwks_url and issuer.',
      );
    }
    if (org_id === undefined) report('auth.grafana.org_id', 'is required with trust_context.');
    return;
  }
  for (const [key, value] of Object.entries({ jwks_url, issuer, org_id })) {
    if (value === undefined) report(`auth.grafana.${key}`, 'jwks_url, issuer and org_id are required together.');
  }
}

function checkClickHouse({ clickhouse }: Config, report: Report): void {
  if (!clickhouse) return;
  try {
    parseClickHouseUrl(clickhouse.url);
  } catch (error) {
    report('clickhouse.url', `${(error as Error).message}.`);
  }
}

/** Where others reach the backend: scheme, host and port, as they go into scrape configurations. */
function checkPublicUrl({ server: { public_url: text } }: Config, report: Report): void {
  if (text === undefined) return;
  const path = 'server.public_url';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) report(path, 'has to be an http:// or https:// URL.');
  else if (url.username !== '' || url.password !== '') report(path, 'may not contain a user name or a password.');
  else if (url.pathname !== '/' || /[?#]/.test(text)) {
    report(path, 'has to be scheme, host and port, without a path or anything behind it.');
  }
}
