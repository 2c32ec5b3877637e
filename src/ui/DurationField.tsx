import { t } from '@grafana/i18n';
import { Combobox, Field, Input } from '@grafana/ui';
import { asText } from '../lib/asText.ts';
import { FieldGroup } from './FieldGroup.tsx';
import { unitName, unitNames, type Duration } from './durations.ts';
import { textOf } from './fieldEvents.ts';

interface Props {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly value: Duration;
  readonly error: string | undefined;
  readonly onChange: (value: Duration) => void;
}

/** A time: how many, and of what. */
export function DurationField({ id, label, description, value, error, onChange }: Props) {
  return (
    <Field noMargin label={label} description={description} htmlFor={id} invalid={Boolean(error)} error={error}>
      <FieldGroup>
        <Input
          id={id}
          type="number"
          min={0}
          width={14}
          invalid={Boolean(error)}
          aria-invalid={Boolean(error)}
          value={value.amount}
          onChange={(event) => onChange({ ...value, amount: textOf(event) })}
        />
        <Combobox
          id={`${id}-unit`}
          width={16}
          aria-label={t('rules.unit.label', 'Unit of “{{label}}”', { label, ...asText })}
          options={unitNames.map((unit) => ({ value: unit, label: unitName(unit) }))}
          value={value.unit}
          onChange={({ value: unit }) => onChange({ ...value, unit })}
        />
      </FieldGroup>
    </Field>
  );
}
