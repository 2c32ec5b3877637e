import { readFileSync, statSync } from 'node:fs';
import { PLATFORM } from '../../../contract/catalogue-api.ts';
import { ConfigError } from '../../config/error.ts';
import type { Config } from '../../config/config.ts';
import { timeField } from '../../http/fields.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ProvisionedToken } from './provisioned.ts';
import { hashSecret, inspectSecret, publicPrefix } from '../model/token.ts';

/** Names a file with one scrape token, for whoever has secrets in files and no hashes. */
export const TOKEN_FILE = 'VITALS_SCRAPE_TOKEN_FILE';
const NAME_OF_FILE = 'provisioned by file';
/** Characters of a hash that are shown where only the hash is known. */
const HASH_SHOWN = 6;

/**
 * The scrape tokens that the configuration brings in, and the one in the file.
 * @throws ConfigError that names the key, and never shows what is in the file
 */
export function provisionedTokens(
  settings: Config['prometheus']['provisioned_tokens'],
  file: string | undefined,
  logger: Logger,
): ProvisionedToken[] {
  const listed = settings.map(({ name, sha256, expires_at, catalogues }, index): ProvisionedToken => {
    const key = `prometheus.provisioned_tokens.${index}`;
    return {
      key,
      expiryKey: `${key}.expires_at`,
      name: name.trim(),
      hash: sha256,
      prefix: `sha256:${sha256.slice(0, HASH_SHOWN)}`,
      expiresAt: expires_at === undefined ? null : timeField('expires_at', expires_at),
      catalogues,
    };
  });
  if (file === undefined || file === '') return listed;
  const own = fromFile(file, logger);
  const twin = listed.find(({ hash }) => hash === own.hash);
  if (twin)
    throw new ConfigError(`${twin.key}.sha256: is that of the token in ${TOKEN_FILE}, too. Remove one of the two.`);
  return [...listed, own];
}

function fromFile(file: string, logger: Logger): ProvisionedToken {
  const secret = readSecret(file, logger);
  return {
    key: TOKEN_FILE,
    expiryKey: TOKEN_FILE,
    name: NAME_OF_FILE,
    hash: hashSecret(secret),
    prefix: publicPrefix(secret),
    expiresAt: null,
    catalogues: [PLATFORM],
  };
}

function readSecret(file: string, logger: Logger): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
    // No refusal: secrets that a container is given are often readable by everybody in it.
    if ((statSync(file).mode & 0o007) !== 0) logger.warn(`${TOKEN_FILE}: ${file} can be read by other users`);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${TOKEN_FILE}: ${file} cannot be read (${code}).`);
  }
  switch (inspectSecret(text)) {
    case 'well_formed':
      return text;
    case 'bad_checksum':
      throw new ConfigError(
        `${TOKEN_FILE}: the scrape token in ${file} was mistyped or cut off: its checksum is wrong.`,
      );
    case 'not_a_token':
      throw new ConfigError(
        `${TOKEN_FILE}: ${file} does not hold a scrape token. \`vitals token generate\` makes one.`,
      );
  }
}
