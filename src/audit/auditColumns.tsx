import { t } from '@grafana/i18n';
import { IconButton, Tooltip } from '@grafana/ui';
import type { AuditEvent } from '../../contract/api.ts';
import { auditEvents } from '../../contract/audit-events.ts';
import { AbsoluteTime } from '../ui/AbsoluteTime.tsx';
import type { CardColumn } from '../ui/CardTable.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { viaName } from './viaName.ts';

/** Who did what, when, from where, and to what. */
export function auditColumns(onDetails: (row: AuditEvent) => void): Array<CardColumn<AuditEvent>> {
  const unknown = <EmptyValue label={t('audit.unknown', 'Not known')} />;
  return [
    {
      id: 'at',
      header: t('audit.column.time', 'Time'),
      cell: ({ row: { original } }) => <AbsoluteTime at={original.at} />,
    },
    {
      id: 'event',
      header: t('audit.column.event', 'Event'),
      cell: ({ row: { original } }) => (
        <Tooltip content={auditEvents[original.event] ?? original.event} placement="top">
          <span>{original.event}</span>
        </Tooltip>
      ),
    },
    {
      id: 'actor',
      header: t('audit.column.actor', 'Actor'),
      cell: ({ row: { original } }) => (original.actor === null ? unknown : <bdi>{original.actor}</bdi>),
    },
    { id: 'via', header: t('audit.column.via', 'Via'), cell: ({ row: { original } }) => viaName(original.via) },
    {
      id: 'ip',
      header: t('audit.column.ip', 'Address'),
      cell: ({ row: { original } }) => original.ip ?? unknown,
    },
    {
      id: 'target',
      header: t('audit.column.target', 'Target'),
      cell: ({ row: { original } }) => (original.target === null ? unknown : <bdi>{original.target}</bdi>),
    },
    {
      id: 'actions',
      header: t('audit.column.details', 'Details'),
      disableGrow: true,
      cell: ({ row: { original } }) => (
        <IconButton
          name="eye"
          size="md"
          tooltip={t('audit.details.open', 'Details of row {{seq}}', { seq: original.seq })}
          onClick={() => onDetails(original)}
        />
      ),
    },
  ];
}
