import { t } from '@grafana/i18n';
import { config } from '@grafana/runtime';
import type { ApiFailure } from '../api/failure.ts';
import { asText } from '../lib/asText.ts';

/**
 * What to do where no Vitals backend answers, by the URL that was tried: Grafana tells a browser that it reached nobody, and
 * nothing of why.
 */
export function reachAdvice({ kind, code, status }: ApiFailure, url: string): string | undefined {
  if (kind === 'unreachable') return unreachable(url);
  if (kind !== 'not_vitals' && code !== 'not_found' && code !== 'invalid_path') return undefined;
  const { origin, pathname } = new URL(url);
  if (origin === grafanaOrigin()) {
    return t(
      'connection.reach.grafana',
      'This is Grafana’s own address. Enter the one of the backend, for instance https://appliance.example.com:9470.',
    );
  }
  if (pathname !== '/') {
    return t(
      'connection.reach.path',
      'The URL has the path {{path}}. Leave it out, unless a proxy before the backend wants it: then that has to remove it.',
      { path: pathname, ...asText },
    );
  }
  if (kind !== 'not_vitals') return undefined;
  return t(
    'connection.reach.other',
    '{{origin}} answered with status {{status}}, and not as a Vitals backend does. Check scheme, host and port.',
    { origin, status, ...asText },
  );
}

function unreachable(url: string): string {
  return url.startsWith('https:')
    ? t(
        'connection.reach.https',
        "Likely causes: it is not running, a firewall is in the way, Grafana's server does not trust its certificate (SSL_CERT_DIR in Grafana's environment names a folder with more authorities), or it speaks http at this port. Grafana's log has the exact cause.",
      )
    : t(
        'connection.reach.http',
        "Likely causes: it is not running, a firewall is in the way, or it speaks https at this port. Grafana's log has the exact cause.",
      );
}

const grafanaOrigin = () => (URL.canParse(config.appUrl) ? new URL(config.appUrl).origin : undefined);
