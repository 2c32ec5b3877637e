import { t } from '@grafana/i18n';
import { AbsoluteTime } from './AbsoluteTime.tsx';
import { asText } from '../lib/asText.ts';
import type { Detail } from './DetailList.tsx';
import { RelativeTime } from './RelativeTime.tsx';

/** What tokens and credentials have in common. */
interface Used {
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lastUsedAt: string | null;
  readonly lastIp: string | null;
}

/** By what one of several of the same name is told: when and by whom it was created, when and from where it was used. */
export function usageDetails({ createdAt, createdBy, lastUsedAt, lastIp }: Used): Detail[] {
  return [
    {
      label: t('tokens.column.created', 'Created'),
      value: (
        <>
          <AbsoluteTime at={createdAt} /> {t('tokens.created-by', 'by {{name}}', { name: createdBy, ...asText })}
        </>
      ),
    },
    {
      label: t('tokens.column.last-used', 'Last Used'),
      value: lastUsedAt ? <RelativeTime at={lastUsedAt} /> : t('tokens.never-used', 'Never used'),
    },
    ...(lastIp ? [{ label: t('tokens.column.last-ip', 'Last IP'), value: lastIp }] : []),
  ];
}
