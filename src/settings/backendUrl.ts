import { t } from '@grafana/i18n';

/** The URL as it is saved: without the slash at its end. */
export const tidyUrl = (text: string) => text.trim().replace(/(?<!\/)\/+$/, '');

/** What is wrong with a backend URL, or nothing. */
export function urlError(text: string): string | undefined {
  const tidy = tidyUrl(text);
  if (tidy === '') return t('settings.url.empty', 'Enter the address of the Vitals backend.');
  if (!URL.canParse(tidy))
    return t('settings.url.invalid', 'This is no URL. Write it as https://appliance.example.com:9470.');
  const url = new URL(tidy);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return t('settings.url.scheme', 'The address has to begin with https:// or http://.');
  }
  if (url.username || url.password) {
    return t('settings.url.user', 'Leave user name and password out: the service credential has a field of its own.');
  }
  if (url.search || url.hash) return t('settings.url.query', 'Leave out everything after the path.');
  return undefined;
}

/** True when the credential would cross a network unencrypted. */
export function isUnencrypted(text: string): boolean {
  if (urlError(text)) return false;
  const { protocol, hostname } = new URL(tidyUrl(text));
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** What is wrong with a pasted service credential, or nothing. */
export function credentialError(text: string): string | undefined {
  const credential = text.trim();
  if (credential === '') return t('settings.credential.empty', 'Paste a service credential.');
  if (credential.startsWith('vst_')) {
    return t(
      'settings.credential.scrape-token',
      'This is a scrape token. The plugin needs a service credential with the role grafana.',
    );
  }
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(credential)) {
    return t('settings.credential.invalid', 'This is no service credential: it has three parts separated by dots.');
  }
  return undefined;
}
