import { readFileSync } from 'node:fs';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Value } from 'typebox/value';
import { Health } from '../../contract/api.ts';
import { ConfigError } from '../config/error.ts';
import type { Config } from '../config/config.ts';

/** How long the backend may take to answer, in milliseconds. */
const TIMEOUT_MS = 5_000;

/**
 * Asks the server that runs with this configuration how it is, over loopback where it listens there.
 * @throws ConfigError where it does not answer as a healthy backend does.
 */
export async function askHealth(config: Config, jwt: string): Promise<Health> {
  const { status, body } = await get(config, jwt).catch((error: unknown) => {
    throw new ConfigError(`The backend does not answer on port ${config.server.port}: ${(error as Error).message}.`);
  });
  if (status !== 200) throw new ConfigError(`The backend answered ${status} instead of its health.`);
  const health: unknown = JSON.parse(body);
  if (!Value.Check(Health, health)) throw new ConfigError('What answers on this port is not this backend.');
  return health;
}

function get({ server }: Config, jwt: string): Promise<{ status: number; body: string }> {
  const options: RequestOptions = {
    host: reachable(server.host),
    port: server.port,
    path: '/api/health',
    headers: { authorization: `Bearer ${jwt}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
  return new Promise((resolve, reject) => {
    // The server's own certificate is its authority here; the name in it is the appliance's, not loopback's.
    const ca = server.tls && readFileSync(server.tls.cert_file);
    const request = ca ? requestHttps({ ...options, ca, checkServerIdentity: () => undefined }) : requestHttp(options);
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    request.end();
  });
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
