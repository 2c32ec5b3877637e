import { t } from '@grafana/i18n';
import { Combobox, Field, Input } from '@grafana/ui';
import { auditEventNames, auditEvents } from '../../contract/audit-events.ts';
import { DurationField } from '../ui/DurationField.tsx';
import type { FieldsProps } from './fields.ts';
import { textOf } from '../ui/fieldEvents.ts';

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
      <Field
        noMargin
        required
        label={t('rules.at-least.label', 'At least')}
        description={t('rules.at-least.help', 'Number of events. With 1 each event opens an alarm of its own.')}
        invalid={Boolean(errors.atLeast)}
        error={errors.atLeast}
      >
        <Input
          id="vitals-rule-at-least"
          type="number"
          min={1}
          width={14}
          aria-invalid={Boolean(errors.atLeast)}
          value={draft.atLeast}
          onChange={(event) => onChange({ atLeast: textOf(event) })}
        />
      </Field>
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
