import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { onTestFinished } from 'vitest';

export const ISSUER = 'http://grafana.test/';
export const ORG_ID = 7;

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** A key as Grafana publishes it. */
export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

export interface KeyServer {
  readonly url: string;
  /** How often it was asked. */
  readonly asked: () => number;
  /** Answers from now on. */
  serve(answer: (response: ServerResponse) => void): void;
  publish(...keys: SigningKey[]): void;
  close(): Promise<void>;
}

/** A real HTTP server that publishes keys, as Grafana's /api/signing-keys/keys does. */
export async function keyServer(...keys: SigningKey[]): Promise<KeyServer> {
  let asked = 0;
  let answer: (response: ServerResponse) => void = () => undefined;
  const server = createServer((_request, response) => {
    asked += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(close);
  const publish = (...published: SigningKey[]) => {
    const body = JSON.stringify({ keys: published.map(({ jwk }) => jwk) });
    answer = (response) => {
      response.setHeader('content-type', 'application/json').end(body);
    };
  };
  publish(...keys);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/signing-keys/keys`,
    asked: () => asked,
    serve: (next) => {
      answer = next;
    },
    publish,
    close,
  };
}

/** X-Grafana-Id of an Admin, five minutes long, with whatever else the test wants to be said. */
export function identity(key: SigningKey, now: number, claims: Record<string, unknown> = {}): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({
    iss: ISSUER,
    aud: `org:${ORG_ID}`,
    sub: 'user:1',
    exp: seconds + 300,
    iat: seconds,
    type: 'user',
    role: 'Admin',
    username: 'ada',
    ...claims,
  })
    .setProtectedHeader({ alg: key.jwk.alg ?? '', kid: key.kid, typ: 'jwt' })
    .sign(key.privateKey);
}

/** Settings that believe this key server. */
export function grafanaSettings(server: KeyServer): Record<string, unknown> {
  return { auth: { grafana: { jwks_url: server.url, issuer: ISSUER, org_id: ORG_ID } } };
}
