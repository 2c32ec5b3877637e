import { t } from '@grafana/i18n';
import type { Token } from '../../../contract/api.ts';
import { asText } from '../../ui/asText.ts';
import { FactList, type Fact } from '../../ui/FactList.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { OriginBadge } from '../OriginBadge.tsx';
import { prefixFact } from '../prefixFact.tsx';
import { scopeText, type Catalogues } from '../scope.ts';
import { StatusBadge } from '../StatusBadge.tsx';

interface Props {
  readonly token: Token;
  readonly catalogues: Catalogues;
}

/** Every field of a token. */
export function TokenFacts({ token, catalogues }: Props) {
  return <FactList facts={facts(token, catalogues)} />;
}

function facts(token: Token, catalogues: Catalogues): Fact[] {
  const { prefix, createdAt, createdBy, expiresAt, lastUsedAt, lastIp, revokedAt, revokedBy } = token;
  return [
    { label: t('tokens.column.status', 'Status'), value: <StatusBadge token={token} /> },
    prefixFact(prefix),
    { label: t('scope.label', 'What it may read'), value: scopeText(token, catalogues) },
    { label: t('origin.label', 'Where it comes from'), value: <Origin token={token} /> },
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
  return token.origin === 'provisioned' ? <OriginBadge token={token} /> : t('origin.minted', 'Minted here');
}

function By({ at, name }: { readonly at: string; readonly name: string | null }) {
  return (
    <>
      <RelativeTime at={at} /> {t('tokens.created-by', 'by {{name}}', { name: name ?? '—', ...asText })}
    </>
  );
}
