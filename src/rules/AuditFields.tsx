import { t } from '@grafana/i18n';
import { Combobox, Field } from '@grafana/ui';
import { auditEventNames, auditEvents } from '../../contract/audit-events.ts';
import { DurationField } from '../ui/DurationField.tsx';
import type { FieldsProps } from './fields.ts';
import { TextField } from '../ui/TextField.tsx';

const events = auditEventNames.map((value) => ({ value, label: value, description: auditEvents[value] }));

/** So many events of the audit log within a window. */
export function AuditFields({ draft, errors, isFixed, onChange }: FieldsProps) {
  return (
    <>
      <Field noMargin disabled={isFixed} label={t('rules.event.label', 'Event')} description={auditEvents[draft.event]}>
        <Combobox
          id="vitals-rule-event"
          disabled={isFixed}
          options={events}
          value={draft.event}
          onChange={({ value }) => onChange({ event: value })}
        />
      </Field>
      <TextField
        id="vitals-rule-at-least"
        type="number"
        required
        min={1}
        width={14}
        label={t('rules.at-least.label', 'At least')}
        help={t('rules.at-least.help', 'Number of events. With 1 each event opens an alarm of its own.')}
        value={draft.atLeast}
        error={errors.atLeast}
        onChange={(atLeast) => onChange({ atLeast })}
      />
      <DurationField
        id="vitals-rule-event-window"
        label={t('rules.window.label', 'Window')}
        description={t('rules.event-window.help', 'Within this time. The alarm ends when the window is over.')}
        value={draft.eventWindow}
        error={errors.eventWindow}
        onChange={(eventWindow) => onChange({ eventWindow })}
      />
    </>
  );
}
