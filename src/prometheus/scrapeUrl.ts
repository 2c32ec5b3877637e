import { t } from '@grafana/i18n';
import { asText } from '../lib/asText.ts';

/** Where scrapes go, as far as the page knows it, and what is wrong with that. */
export interface ScrapeUrl {
  /** Scheme, host and port. */
  readonly url: string;
  /** In words, where an external Prometheus will not, or may not, reach it. */
  readonly warning: string | undefined;
}

const EXAMPLE = 'https://appliance.example.com';

/**
 * What the appliance was told of its own address counts; without it what Grafana's server uses, which an external Prometheus
 * may not reach; without that the documentation's example.
 * @param publicUrl of the appliance's configuration
 * @param backendUrl of the plugin's settings
 */
export function scrapeUrl(publicUrl: string | null | undefined, backendUrl: string | undefined): ScrapeUrl {
  const known = publicUrl ?? backendUrl;
  const url = known !== undefined && URL.canParse(known) ? new URL(known).origin : EXAMPLE;
  return { url, warning: addressWarning(url) ?? (publicUrl ? undefined : notConfigured(url)) };
}

/** What is wrong with an address that was typed, or nothing. */
export function addressError(text: string): string | undefined {
  return isBase(text)
    ? undefined
    : t(
        'scrape-address.invalid',
        'Write it as https://appliance.example.com:9470: scheme, host and port, and nothing else.',
      );
}

/** Says that a scrape from another machine cannot arrive there; nothing where it can. */
export function addressWarning(url: string): string | undefined {
  if (!isLocal(url)) return undefined;
  return t(
    'scrape-address.local',
    'An external Prometheus cannot reach {{address}}. Set server.public_url in the appliance’s config.yaml.',
    { address: new URL(url).host, ...asText },
  );
}

const notConfigured = (url: string) =>
  t(
    'scrape-address.unknown',
    'An external Prometheus may not reach {{address}}, which is where Grafana’s server finds the appliance. Set server.public_url in the appliance’s config.yaml.',
    { address: new URL(url).host, ...asText },
  );

function isBase(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && !username && !password && pathname === '/' && !search && !hash;
}

/** The machine itself, or a name that only the containers beside it, or its own network, can know. */
function isLocal(url: string): boolean {
  const { hostname } = new URL(url);
  if (/^(127\.[\d.]+|0\.0\.0\.0|\[::1?\]|.+\.localhost|host\.docker\.internal)$/.test(hostname)) return true;
  return !hostname.includes('.') && !hostname.startsWith('[');
}
