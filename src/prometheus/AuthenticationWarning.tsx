import { t } from '@grafana/i18n';
import type { Integration, ScrapeAuthWay } from '../../contract/api.ts';
import { asText } from '../lib/asText.ts';
import { Warning } from '../ui/Warning.tsx';

/** A sentence for each way to scrape that is weaker than a token in the header; nothing where there is none. */
export function AuthenticationWarning({ integration }: { readonly integration: Integration }) {
  const { authentication, openTo } = integration;
  const sentences = authentication.flatMap((way) => methodLabel(way, openTo) ?? []);
  if (sentences.length === 0) return null;
  return (
    <Warning>
      {t('integrations.authentication.intro', 'Besides a token in the header, the configuration accepts:')}
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {t(
        'integrations.authentication.where',
        'This is set under prometheus.auth in the appliance’s config.yaml and recorded in the audit log.',
      )}
    </Warning>
  );
}

function methodLabel(way: ScrapeAuthWay, openTo: readonly string[]): string | undefined {
  switch (way) {
    case 'basic':
      return t(
        'integrations.authentication.basic',
        'A token as the password of Basic authentication, with any user name.',
      );
    case 'query':
      return t(
        'integrations.authentication.query',
        'A token in the URL, where proxies and browsers on the way may write it into their logs.',
      );
    case 'none':
      return t('integrations.authentication.none', 'Scrapes from {{networks}} without any credential.', {
        networks: openTo.join(', '),
        ...asText,
      });
    default:
      return undefined;
  }
}
