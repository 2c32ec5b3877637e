import { ConfigError } from './error.ts';

const KEY = 'server.public_url';

/**
 * Where others reach the backend: scheme, host and port, as they go into scrape configurations.
 * @throws ConfigError with one line that names the key.
 */
export function parsePublicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError(`${KEY}: has to be an http:// or https:// URL.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError(`${KEY}: may not contain a user name or a password.`);
  }
  if (url.pathname !== '/' || /[?#]/.test(text)) {
    throw new ConfigError(`${KEY}: has to be scheme, host and port, without a path or anything behind it.`);
  }
  return url.origin;
}
