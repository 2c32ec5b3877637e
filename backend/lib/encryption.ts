import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets that have to be shown to others later, encrypted and bound to what they are for. */
export interface Encryption {
  /** @param purpose what the secret is for, and where it may go. Kept in no place. */
  encrypt(secret: string, purpose: string): string;
  /** Undefined where the key is another one, the text was changed, or it was encrypted for another purpose. */
  decrypt(encrypted: string, purpose: string): string | undefined;
}

/** AES-256-GCM with a random nonce and the purpose as its additional data. */
export function createEncryption(key: Buffer): Encryption {
  return {
    encrypt(secret, purpose) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(purpose));
      const hidden = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), hidden]).toString('base64url')}`;
    },

    decrypt(encrypted, purpose) {
      const [version, text, ...rest] = encrypted.split('.');
      if (version !== VERSION || text === undefined || rest.length > 0) return undefined;
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      try {
        const secret = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
        return Buffer.concat([secret, decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },
  };
}
