import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of a certificate and its key, in PEM. */
export interface TlsFilePair {
  readonly cert: string;
  readonly key: string;
}

/** Makes a self-signed certificate for 127.0.0.1, named after what it is for. */
export function selfSigned(openssl: string, folder: string, name: string): TlsFilePair {
  const pair = { cert: join(folder, `${name}-cert.pem`), key: join(folder, `${name}-key.pem`) };
  const { status, stderr } = spawnSync(
    openssl,
    [
      ...['req', '-x509', '-nodes', '-days', '2', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-out', pair.cert, '-keyout', pair.key],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl could not make a certificate: ${stderr}`);
  return pair;
}

export function fingerprint(pem: Buffer | string): string {
  return new X509Certificate(pem).fingerprint256;
}

export function fingerprintOfFile(file: string): string {
  return fingerprint(readFileSync(file));
}
