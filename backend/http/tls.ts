import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config/error.ts';
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

/** @throws ConfigError where a file cannot be read or the two do not belong together. */
export function readTls(files: TlsFiles): TlsPair {
  const pair = { cert: readPem('cert_file', files.cert_file), key: readPem('key_file', files.key_file) };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw new ConfigError(`server.tls: certificate and key cannot be used together: ${(error as Error).message}.`);
  }
}

/** Calls `use` with the new pair whenever the files change; a pair that does not fit (half written) leaves the old one. */
export function watchTls(files: TlsFiles, use: (pair: TlsPair) => void, logger: Logger): { close(): void } {
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
    close: () =>
      paths.forEach((path) => {
        unwatchFile(path, look);
      }),
  };
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(
      `server.tls.${setting}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
}
