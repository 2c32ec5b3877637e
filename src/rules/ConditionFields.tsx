import { t } from '@grafana/i18n';
import { Field, Label, RadioButtonGroup } from '@grafana/ui';
import type { Condition } from '../../contract/api.ts';
import { AuditFields } from './AuditFields.tsx';
import { conditionLabel } from './conditionLabels.ts';
import { DurationField } from '../ui/DurationField.tsx';
import type { FieldsProps } from './fields.ts';
import { MetricFields } from './MetricFields.tsx';
import { conditionOf } from './ruleDraft.ts';

/** What the rule watches: the kind decides the form. */
export function ConditionFields(props: FieldsProps) {
  const { draft, errors, isFixed, onChange } = props;
  if (draft.kind === 'token_notice') {
    return (
      <div>
        <Label>{t('rules.kind.label', 'Condition type')}</Label>
        {conditionLabel(conditionOf(draft))}
      </div>
    );
  }
  return (
    <>
      <Field noMargin label={t('rules.kind.label', 'Condition type')}>
        <RadioButtonGroup<Condition['kind']>
          id="vitals-rule-kind"
          aria-label={t('rules.kind.label', 'Condition type')}
          disabled={isFixed}
          value={draft.kind}
          onChange={(kind) => onChange({ kind })}
          options={[
            { value: 'metric', label: t('rules.kind.metric', 'Metric') },
            { value: 'audit', label: t('rules.kind.audit', 'Audit event') },
            { value: 'token_expiry', label: t('rules.kind.expiry', 'Token expiry') },
          ]}
        />
      </Field>
      {draft.kind === 'metric' && <MetricFields {...props} />}
      {draft.kind === 'audit' && <AuditFields {...props} />}
      {draft.kind === 'token_expiry' && (
        <DurationField
          id="vitals-rule-within"
          label={t('rules.within.label', 'Within')}
          description={t('rules.within.help', 'A scrape token that is in use and expires within this time.')}
          value={draft.within}
          error={errors.within}
          onChange={(within) => onChange({ within })}
        />
      )}
    </>
  );
}
