import { useMemo, useState } from 'react';
import { t } from '@grafana/i18n';
import { EmptyState, LoadingPlaceholder } from '@grafana/ui';
import type { AlarmRule, AlarmRuleBody } from '../../contract/api.ts';
import { isAdmin } from '../lib/access.ts';
import { changeRule } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { rulesQuery } from '../api/queries.ts';
import { testIds } from '../lib/testIds.ts';
import { CardTable } from '../ui/CardTable.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { OutdatedAlert } from '../ui/OutdatedAlert.tsx';
import { useRequest } from '../ui/useRequest.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { DeleteRuleModal } from './DeleteRuleModal.tsx';
import { RuleEditor } from './RuleEditor.tsx';
import { ruleColumns } from './ruleColumns.tsx';

type Dialog = { kind: 'edit'; rule: AlarmRule } | { kind: 'delete'; rule: AlarmRule };

interface Props {
  /** Whether the page asks for a new rule. */
  readonly isAdding: boolean;
  readonly onAdded: () => void;
}

/** Every alarm rule: built-in ones and those of one's own. Administrators change them, everybody reads them. */
export function Rules({ isAdding, onAdded }: Props) {
  const { value: rules, failure, refresh, update } = useRequest(rulesQuery);
  const [dialog, setDialog] = useState<Dialog>();
  const [actionFailure, setActionFailure] = useState<ApiFailure>();
  const rememberFocus = useReturnFocus(dialog !== undefined);

  const columns = useMemo(() => {
    const open = (next: Dialog) => {
      rememberFocus();
      setDialog(next);
    };
    async function toggle(rule: AlarmRule) {
      setActionFailure(undefined);
      try {
        await changeRule(rule.id, { ...body(rule), enabled: !rule.enabled });
      } catch (error) {
        setActionFailure(toFailure(error));
      }
      refresh();
    }
    const actions = {
      onToggle: (rule: AlarmRule) => void toggle(rule),
      onEdit: (rule: AlarmRule) => open({ kind: 'edit', rule }),
      onDelete: (rule: AlarmRule) => open({ kind: 'delete', rule }),
    };
    return ruleColumns(isAdmin() ? actions : undefined);
  }, [refresh, rememberFocus]);

  const close = () => setDialog(undefined);
  const saved = (rule: AlarmRule) => {
    update((last) => last && withRule(last, rule));
    close();
    onAdded();
  };
  return (
    <>
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {actionFailure && <ActionFailure failure={actionFailure} onClose={() => setActionFailure(undefined)} />}
      {!rules && !failure && <LoadingPlaceholder text={t('rules.loading', 'Loading alarm rules…')} />}
      {rules && (
        <p>
          {t(
            'rules.intro',
            'These rules decide what raises an alarm and where it is sent. Disable those you do not need, or change their channels.',
          )}
        </p>
      )}
      {rules && rules.length > 0 && <CardTable columns={columns} items={rules} testId={testIds.rules} />}
      {rules?.length === 0 && <EmptyState variant="not-found" message={t('rules.none', 'There is no alarm rule')} />}
      {isAdding && <RuleEditor rule={undefined} onSaved={saved} onCancel={onAdded} />}
      {dialog?.kind === 'edit' && <RuleEditor rule={dialog.rule} onSaved={saved} onCancel={close} />}
      {dialog?.kind === 'delete' && (
        <DeleteRuleModal
          rule={dialog.rule}
          onCancel={close}
          onDeleted={() => {
            update((last) => last?.filter(({ id }) => id !== dialog.rule.id));
            close();
          }}
          onOutdated={(outdated) => {
            setActionFailure(outdated);
            refresh();
            close();
          }}
        />
      )}
    </>
  );
}

function ActionFailure({ failure, onClose }: { readonly failure: ApiFailure; readonly onClose: () => void }) {
  const isOutdated = failure.code === 'alarm_rule_not_found';
  return isOutdated ? <OutdatedAlert failure={failure} onClose={onClose} /> : <FailureAlert failure={failure} />;
}

function body({ name, severity, enabled, channels, condition }: AlarmRule): AlarmRuleBody {
  return { name, severity, enabled, channels, condition };
}

function withRule(rules: readonly AlarmRule[], rule: AlarmRule): AlarmRule[] {
  const isNew = !rules.some(({ id }) => id === rule.id);
  return isNew ? [...rules, rule] : rules.map((each) => (each.id === rule.id ? rule : each));
}
