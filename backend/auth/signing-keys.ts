import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { ConfigError } from '../config/error.ts';
import { readPrivateKey } from '../config/private-files.ts';

export interface SigningKeys {
  /** Ed25519 key pair that signs this backend's JWTs. */
  readonly jwt: { readonly kid: string; readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };
  /** 256-bit key of the audit chain. */
  readonly audit: { readonly id: string; readonly key: Buffer };
  /** 256-bit key that encrypts secrets which the backend has to show to others. */
  readonly secrets: { readonly key: Buffer };
}

/**
 * Reads the keys, and makes them (mode 0600) where there are none yet. The others lie beside the JWT key.
 * @throws ConfigError where a key file is unreadable, broken or open to other users.
 */
export async function loadSigningKeys(jwtKeyFile: string): Promise<SigningKeys> {
  const beside = (name: string) => join(dirname(jwtKeyFile), name);
  const jwt = await loadKey(jwtKeyFile, newSigningKey, importSigningKey);
  const audit = await loadKey(beside('audit-key.json'), newSymmetricKey, importSymmetricKey);
  const secrets = await loadKey(beside('secrets-key.json'), newSymmetricKey, importSymmetricKey);
  return { jwt, audit, secrets };
}

async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'EdDSA' };
}

async function importSigningKey(jwk: JWK): Promise<SigningKeys['jwt']> {
  const { kty, crv, x, d, kid } = jwk;
  if (kty !== 'OKP' || crv !== 'Ed25519' || !x || !d || !kid) throw new Error('it is no Ed25519 JWK');
  const privateKey = (await importJWK({ kty, crv, x, d }, 'EdDSA')) as CryptoKey;
  const publicKey = (await importJWK({ kty, crv, x }, 'EdDSA')) as CryptoKey;
  return { kid, privateKey, publicKey };
}

function newSymmetricKey(): Promise<JWK> {
  return Promise.resolve({ kty: 'oct', k: randomBytes(32).toString('base64url') });
}

function importSymmetricKey(jwk: JWK): Promise<SigningKeys['audit']> {
  const key = Buffer.from(jwk.k ?? '', 'base64url');
  if (jwk.kty !== 'oct' || key.length !== 32) throw new Error('it is no 256-bit JWK');
  return Promise.resolve({ id: createHash('sha256').update(key).digest('hex').slice(0, 16), key });
}

async function loadKey<Key>(file: string, make: () => Promise<JWK>, parse: (jwk: JWK) => Promise<Key>): Promise<Key> {
  try {
    const read = () => readPrivateKey('auth.key_file', file)?.toString('utf8');
    const text = read() ?? (createOnce(file, JSON.stringify(await make())), read());
    return await parse(JSON.parse(text ?? '') as JWK);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`auth.key_file: the key ${file} cannot be used: ${sentence(error)}.`);
  }
}

/** JSON.parse quotes what it read in its message, which here would be a key. */
function sentence(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not valid JSON';
  return error instanceof Error ? error.message : 'unknown error';
}

/** Writes a file that is whole or absent; where another process was first, its file stays. */
function createOnce(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`; // a process id is no name: containers share theirs
  writeFileSync(draft, text, { mode: 0o600, flush: true, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}
