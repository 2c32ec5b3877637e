import { t } from '@grafana/i18n';
import { Badge, Stack, Switch } from '@grafana/ui';
import type { AlarmRule } from '../../contract/api.ts';
import { asText } from '../lib/asText.ts';
import type { CardColumn } from '../ui/CardTable.tsx';
import { EmptyValue } from '../ui/EmptyValue.tsx';
import { RowButton } from '../ui/RowButton.tsx';
import { SeverityBadge } from '../ui/SeverityBadge.tsx';
import { channelName } from './channelName.ts';
import { isKnown } from './conditionLabels.ts';
import { RuleName } from './RuleName.tsx';

interface RowActions {
  readonly onToggle: (rule: AlarmRule) => void;
  readonly onEdit: (rule: AlarmRule) => void;
  readonly onDelete: (rule: AlarmRule) => void;
}

/** @param actions left out where the user may only read */
export function ruleColumns(actions: RowActions | undefined): Array<CardColumn<AlarmRule>> {
  return [
    {
      id: 'name',
      header: t('rules.column.rule', 'Rule'),
      cell: ({ row: { original } }) => <RuleName rule={original} />,
    },
    {
      id: 'severity',
      header: t('rules.column.severity', 'Severity'),
      cell: ({ row: { original } }) => <SeverityBadge severity={original.severity} />,
    },
    {
      id: 'channels',
      header: t('rules.column.channels', 'Channels'),
      cell: ({ row: { original } }) =>
        original.channels.length > 0 ? (
          original.channels.map(channelName).join(', ')
        ) : (
          <EmptyValue label={t('rules.no-channel', 'None')} />
        ),
    },
    {
      id: 'enabled',
      header: t('rules.column.enabled', 'Enabled'),
      cell: ({ row: { original } }) => <Enabled rule={original} onToggle={actions?.onToggle} />,
    },
    ...(actions ? [actionColumn(actions)] : []),
  ];
}

function Enabled({
  rule,
  onToggle,
}: {
  readonly rule: AlarmRule;
  readonly onToggle: RowActions['onToggle'] | undefined;
}) {
  if (!onToggle) {
    return rule.enabled ? (
      <Badge color="green" icon="check" text={t('rules.is-enabled', 'Enabled')} />
    ) : (
      <Badge color="darkgrey" icon="pause" text={t('rules.is-disabled', 'Disabled')} />
    );
  }
  return (
    <Switch
      aria-label={t('rules.toggle', 'Enable {{name}}', { name: rule.name, ...asText })}
      value={rule.enabled}
      disabled={!isKnown(rule.condition)}
      onChange={() => onToggle(rule)}
    />
  );
}

function actionColumn({ onEdit, onDelete }: RowActions): CardColumn<AlarmRule> {
  return {
    id: 'actions',
    header: t('rules.column.actions', 'Actions'),
    disableGrow: true,
    cell: ({ row: { original } }) => {
      const name = { name: original.name, ...asText };
      return (
        <Stack gap={1} justifyContent="flex-end">
          <RowButton
            icon="pen"
            isOff={!isKnown(original.condition)}
            label={
              isKnown(original.condition)
                ? t('rules.edit', 'Edit {{name}}', name)
                : t('rules.cannot-edit', '{{name}} is of another release: it cannot be edited here', name)
            }
            onClick={() => onEdit(original)}
          />
          <RowButton
            icon="trash-alt"
            isOff={original.builtIn}
            label={
              original.builtIn
                ? t('rules.cannot-delete', '{{name}} is built in: it can be disabled, not deleted', name)
                : t('rules.delete-one', 'Delete {{name}}', name)
            }
            onClick={() => onDelete(original)}
          />
        </Stack>
      );
    },
  };
}
