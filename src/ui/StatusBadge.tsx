import { dateTimeFormat } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { Token } from '../../contract/api.ts';
import { asText } from '../lib/asText.ts';

/** As much of a token, or of any other credential, as its status takes. */
type Revocable = Pick<Token, 'status' | 'revokedAt' | 'revokedBy'>;

/** Green, amber or red, each with its word and its icon: never by colour alone. */
export function StatusBadge({ token }: { readonly token: Revocable }) {
  switch (token.status) {
    case 'active':
      return <Badge color="green" icon="check" text={t('tokens.status.active', 'Active')} />;
    case 'expired':
      return <Badge color="orange" icon="clock-nine" text={t('tokens.status.expired', 'Expired')} />;
    case 'revoked':
      return <Badge color="red" icon="ban" text={t('tokens.status.revoked', 'Revoked')} tooltip={revocation(token)} />;
  }
}

function revocation({ revokedAt, revokedBy }: Revocable): string | undefined {
  if (!revokedAt) return undefined;
  const values = { at: dateTimeFormat(revokedAt), by: revokedBy ?? '—', ...asText };
  return t('tokens.status.revoked-by', 'Revoked {{at}} by {{by}}', values);
}
