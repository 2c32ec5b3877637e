import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { Health } from '../../contract/api.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/error.ts';
import { createHttpClient } from '../lib/http-client.ts';
import { asUrlHost } from '../lib/ip-address.ts';

/** How long the backend may take to answer, in milliseconds. */
const TIMEOUT_MS = 5_000;
/** Largest answer that is read, in bytes. */
const MAX_BYTES = 64 * 1024;

/**
 * Asks the server that runs with this configuration for its health, over loopback where it listens there.
 * @throws ConfigError where it does not answer as a healthy backend does.
 */
export async function checkHealth({ server }: Config, jwt: string): Promise<Health> {
  // The server's own certificate is its authority here; the name in it is the appliance's, not loopback's.
  const ca = server.tls && readFileSync(server.tls.cert_file);
  const http = createHttpClient({ keepAlive: false, ...(ca && { tls: { ca, checkServerIdentity: () => undefined } }) });
  const url = new URL(`${ca ? 'https' : 'http'}://${reachable(server.host)}:${server.port}/api/health`);
  const headers = { authorization: `Bearer ${jwt}` };
  const { status, body } = await http
    .request(url, { headers, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES })
    .catch((error: unknown) => {
      throw new ConfigError(`The backend does not answer on port ${server.port}: ${(error as Error).message}.`);
    });
  if (status !== 200) throw new ConfigError(`The backend answered ${status} instead of its health.`);
  const health: unknown = JSON.parse(body.toString('utf8'));
  if (!Value.Check(Health, health)) throw new ConfigError('What answers on this port is not this backend.');
  return health;
}

/** As the host of a URL. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return asUrlHost(host);
}
