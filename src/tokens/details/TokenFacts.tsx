import { t } from '@grafana/i18n';
import type { Token } from '../../../contract/api.ts';
import { asText } from '../../ui/asText.ts';
import { FactList, type Fact } from '../../ui/FactList.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { StatusBadge } from '../StatusBadge.tsx';

/** Every field of a token. */
export function TokenFacts({ token }: { readonly token: Token }) {
  return <FactList facts={facts(token)} />;
}

function facts(token: Token): Fact[] {
  const { prefix, createdAt, createdBy, expiresAt, lastUsedAt, lastIp, revokedAt, revokedBy } = token;
  return [
    { label: t('tokens.column.status', 'Status'), value: <StatusBadge token={token} /> },
    { label: t('details.value', 'Begins with'), value: <code>{prefix}…</code> },
    { label: t('tokens.column.created', 'Created'), value: <By at={createdAt} name={createdBy} /> },
    {
      label: t('tokens.column.expires', 'Expires'),
      value: expiresAt ? <RelativeTime at={expiresAt} /> : t('tokens.never-expires', 'Never'),
    },
    {
      label: t('tokens.column.last-used', 'Last Used'),
      value: lastUsedAt ? <RelativeTime at={lastUsedAt} /> : t('tokens.never-used', 'Never used'),
    },
    ...(lastIp ? [{ label: t('tokens.column.last-ip', 'Last IP'), value: lastIp }] : []),
    ...(revokedAt
      ? [{ label: t('tokens.status.revoked', 'Revoked'), value: <By at={revokedAt} name={revokedBy} /> }]
      : []),
  ];
}

function By({ at, name }: { readonly at: string; readonly name: string | null }) {
  return (
    <>
      <RelativeTime at={at} /> {t('tokens.created-by', 'by {{name}}', { name: name ?? '—', ...asText })}
    </>
  );
}
