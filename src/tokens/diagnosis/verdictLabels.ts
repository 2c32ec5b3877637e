import { dateTimeFormat } from '@grafana/data';
import { t } from '@grafana/i18n';
import type { TokenDiagnosis } from '../../../contract/api.ts';
import { asText } from '../../lib/asText.ts';
import type { NoToken } from './traits.ts';

interface VerdictLabel {
  readonly severity: 'success' | 'warning' | 'error' | 'info';
  readonly title: string;
  readonly advice: string;
}

/** What the backend says of a token, and what to do about it. */
export function verdictLabel({ verdict, token }: TokenDiagnosis): VerdictLabel {
  switch (verdict) {
    case 'typo':
      return {
        severity: 'error',
        title: t('verdict.typo.title', 'This token was mistyped or cut off.'),
        advice: token
          ? t(
              'verdict.typo.meant',
              'It begins like {{name}}. Copy that one again, in full; if its value is lost, rotate it.',
              {
                name: token.name,
                ...asText,
              },
            )
          : t('verdict.typo.advice', 'Its checksum is wrong. Copy it again, in full, from where it is kept.'),
      };
    case 'unknown':
      return {
        severity: 'error',
        title: t('verdict.unknown.title', 'No such token was created here.'),
        advice: t('verdict.unknown.advice', 'It was copied without a mistake: it belongs to another appliance.'),
      };
    case 'expired':
      return {
        severity: 'warning',
        title: t('verdict.expired.title', '{{name}} expired on {{at}}.', named(token, token?.expiresAt)),
        advice: t('verdict.expired.advice', 'Create a new token and put it in its place.'),
      };
    case 'revoked':
      return {
        severity: 'warning',
        title: t('verdict.revoked.title', '{{name}} was revoked on {{at}} by {{by}}.', {
          ...named(token, token?.revokedAt),
          by: token?.revokedBy ?? '—',
        }),
        advice: t(
          'verdict.revoked.advice',
          'A revoked token never works again. Create a new one and put it in its place.',
        ),
      };
    case 'active':
      return active(token);
  }
}

function active(token: TokenDiagnosis['token']): VerdictLabel {
  if (token?.lastUsedAt) {
    return {
      severity: 'success',
      title: t('verdict.active.used', '{{name}} is fine. It was last used on {{at}}.', named(token, token.lastUsedAt)),
      advice: t(
        'verdict.active.used-advice',
        'If scrapes fail nevertheless, the token is not what is wrong with them.',
      ),
    };
  }
  return {
    severity: 'success',
    title: t('verdict.active.unused', '{{name}} is fine. It has never been used.', named(token, null)),
    advice: t(
      'verdict.active.unused-advice',
      'Check that the monitoring stack reaches the appliance and sends the token.',
    ),
  };
}

function named(token: TokenDiagnosis['token'], at: string | null | undefined) {
  return { name: token?.name ?? '—', at: at ? dateTimeFormat(at) : '—', ...asText };
}

/** Why what was pasted is no scrape token: said without asking anybody. */
export function noTokenLabel(reason: NoToken): string {
  switch (reason) {
    case 'empty':
      return t('diagnose.empty', 'Paste a scrape token.');
    case 'jwt':
      return t('diagnose.jwt', 'This is a JWT, a credential for the API. A scrape token begins with vst_.');
    case 'not_a_token':
      return t('diagnose.not-a-token', 'This is no scrape token: one begins with vst_.');
  }
}
