import { css } from '@emotion/css';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, Stack, useStyles2 } from '@grafana/ui';
import type { AlarmRule } from '../../contract/api.ts';
import { changeRule, createRule } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { ConditionFields } from './ConditionFields.tsx';
import { Preview } from './Preview.tsx';
import {
  bodyOf,
  conditionErrors,
  conditionOf,
  draftOf,
  ruleErrors,
  type RuleDraft,
  type RuleErrors,
} from './ruleDraft.ts';
import { RuleFields } from './RuleFields.tsx';
import { Drawer } from '../ui/dialogs.tsx';

interface Props {
  /** None: a new one. */
  readonly rule: AlarmRule | undefined;
  readonly onSaved: (rule: AlarmRule) => void;
  readonly onCancel: () => void;
}

/** A rule of any kind, old or new, with what it would do now under it. */
export function RuleEditor({ rule, onSaved, onCancel }: Props) {
  const styles = useStyles2(getStyles);
  const [draft, setDraft] = useState(() => draftOf(rule));
  const [errors, setErrors] = useState<RuleErrors>({});
  const [failure, setFailure] = useState<ApiFailure>();
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [refusals, setRefusals] = useState(0);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [refusals]);
  const isComplete = Object.keys(conditionErrors(draft)).length === 0;

  function change(part: Partial<RuleDraft>) {
    setDraft((last) => ({ ...last, ...part }));
    setErrors((last) => ({ ...last, ...Object.fromEntries(Object.keys(part).map((field) => [field, undefined])) }));
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    if (isSending) return;
    const found = ruleErrors(draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return setRefusals((count) => count + 1);
    setSending(true);
    setFailure(undefined);
    try {
      onSaved(rule ? await changeRule(rule.id, bodyOf(draft)) : await createRule(bodyOf(draft)));
    } catch (error) {
      setFailure(toFailure(error));
      setSending(false);
    }
  }

  const fields = { draft, errors, isFixed: rule?.builtIn ?? false, onChange: change };
  return (
    <Drawer
      title={rule ? t('rules.editor.edit', 'Edit rule') : t('rules.editor.add', 'Add rule')}
      closeOnMaskClick={false}
      onClose={onCancel}
    >
      <form ref={form} onSubmit={(event) => void save(event)} noValidate>
        {failure && <FailureAlert failure={failure} />}
        {rule?.builtIn && (
          <Alert severity="info" title={t('rules.editor.built-in', 'This is a built-in rule')}>
            {t(
              'rules.editor.built-in-body',
              'Its thresholds, severity and channels can be changed, not its condition.',
            )}
          </Alert>
        )}
        <Stack direction="column" gap={2}>
          <RuleFields {...fields} />
          <ConditionFields {...fields} />
          {draft.kind !== 'token_notice' && <Preview condition={isComplete ? conditionOf(draft) : undefined} />}
        </Stack>
        <div className={styles.buttons}>
          <Button type="button" variant="secondary" fill="outline" onClick={onCancel} disabled={isSending}>
            <Trans i18nKey="rules.editor.cancel">Cancel</Trans>
          </Button>
          <Button type="submit" disabled={isSending} icon={isSending ? 'spinner' : undefined}>
            <Trans i18nKey="rules.editor.save">Save rule</Trans>
          </Button>
        </div>
      </form>
    </Drawer>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  buttons: css({ display: 'flex', justifyContent: 'flex-end', gap: theme.spacing(1), marginTop: theme.spacing(3) }),
});
