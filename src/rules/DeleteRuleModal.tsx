import { useState } from 'react';
import { t } from '@grafana/i18n';
import type { AlarmRule } from '../../contract/api.ts';
import { deleteRule } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { asText } from '../lib/asText.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { ConfirmModal } from '../ui/dialogs.tsx';

interface Props {
  readonly rule: AlarmRule;
  readonly onCancel: () => void;
  readonly onDeleted: () => void;
  /** Somebody else was faster. */
  readonly onOutdated: (failure: ApiFailure) => void;
}

/** Asks before it deletes. A refusal is told in the dialog, which stays open for another try. */
export function DeleteRuleModal({ rule, onCancel, onDeleted, onOutdated }: Props) {
  const [failure, setFailure] = useState<ApiFailure>();

  async function remove() {
    setFailure(undefined);
    try {
      await deleteRule(rule.id);
      onDeleted();
    } catch (error) {
      const rejection = toFailure(error);
      if (rejection.code === 'alarm_rule_not_found') onOutdated(rejection);
      else setFailure(rejection);
    }
  }

  return (
    <ConfirmModal
      isOpen
      title={t('rules.delete.title', 'Delete rule')}
      body={
        <>
          {failure && <FailureAlert failure={failure} />}
          {t(
            'rules.delete.question',
            'Are you sure you want to delete {{name}}? Its active alarms are resolved. This cannot be undone.',
            { name: rule.name, ...asText },
          )}
        </>
      }
      confirmText={t('rules.delete.confirm', 'Delete')}
      dismissText={t('rules.delete.cancel', 'Cancel')}
      onConfirm={remove}
      onDismiss={onCancel}
    />
  );
}
