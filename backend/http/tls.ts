import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config/error.ts';
import { readPrivateKey } from '../config/private-files.ts';
import type { Logger } from '../lib/logger.ts';

export interface TlsFiles {
  readonly cert_file: string;
  readonly key_file: string;
}

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** How often the files are looked at, in milliseconds. Looked at rather than listened to, so that swapped links count. */
const LOOK_EVERY_MS = 1_000;

/** @throws ConfigError where a file cannot be read, others can read the key, or the two do not belong together. */
export function readTls(files: TlsFiles): TlsPair {
  const pair = { cert: read('cert_file', files, readFileSync), key: read('key_file', files, readKey) };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new ConfigError(`server.tls: certificate and key cannot be used together: ${(error as Error).message}.`);
  }
}

export interface TlsWatch {
  /** Reads the files now. */
  look(): void;
  close(): void;
}

/** Calls `use` with the new pair whenever the files change; a pair that does not fit (half written) leaves the old one. */
export function watchTls(files: TlsFiles, use: (pair: TlsPair) => void, logger: Logger): TlsWatch {
  const look = () => {
    try {
      use(readTls(files));
      logger.info('TLS certificate reloaded');
    } catch (error) {
      logger.warn(
        { reason: (error as Error).message },
        'TLS certificate not reloaded, the one before stays in use: mend the changed files',
      );
    }
  };
  const paths = [files.cert_file, files.key_file];
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look);
  return {
    look,
    close: () =>
      paths.forEach((path) => {
        unwatchFile(path, look);
      }),
  };
}

function readKey(file: string): Buffer {
  return readPrivateKey('server.tls.key_file', file) ?? readFileSync(file);
}

function read(setting: keyof TlsFiles, files: TlsFiles, from: (file: string) => Buffer): Buffer {
  try {
    return from(files[setting]);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ConfigError(`server.tls.${setting}: ${files[setting]} cannot be read (${code}).`);
  }
}
