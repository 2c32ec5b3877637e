import { t } from '@grafana/i18n';
import type { Token } from '../../../contract/api.ts';
import { asText } from '../../lib/asText.ts';
import { DetailList, type Detail } from '../../ui/DetailList.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { OriginBadge } from '../fields/OriginBadge.tsx';
import { prefixDetail } from '../fields/prefixDetail.tsx';
import { scopeText, type Catalogues } from '../fields/scope.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';

interface Props {
  readonly token: Token;
  readonly catalogues: Catalogues;
}

/** Every field of a token. */
export function TokenDetails({ token, catalogues }: Props) {
  return <DetailList details={details(token, catalogues)} />;
}

function details(token: Token, catalogues: Catalogues): Detail[] {
  const { prefix, createdAt, createdBy, expiresAt, lastUsedAt, lastIp, revokedAt, revokedBy } = token;
  return [
    { label: t('tokens.column.status', 'Status'), value: <StatusBadge token={token} /> },
    prefixDetail(prefix),
    { label: t('scope.label', 'Scope'), value: scopeText(token, catalogues) },
    { label: t('origin.label', 'Source'), value: <Origin token={token} /> },
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

function Origin({ token }: { readonly token: Token }) {
  return token.origin === 'provisioned' ? <OriginBadge token={token} /> : t('origin.created', 'Created here');
}

function By({ at, name }: { readonly at: string; readonly name: string | null }) {
  return (
    <>
      <RelativeTime at={at} /> {t('tokens.created-by', 'by {{name}}', { name: name ?? '—', ...asText })}
    </>
  );
}
