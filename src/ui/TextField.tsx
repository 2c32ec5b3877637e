import { Field, Input } from '@grafana/ui';
import { textOf } from './fieldEvents.ts';

interface Props {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly required?: boolean;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A line of text to enter, with what is wrong with it. */
export function TextField({ id, label, help, required, value, error, onChange }: Props) {
  return (
    <Field noMargin required={required} label={label} description={help} invalid={Boolean(error)} error={error}>
      <Input
        id={id}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={Boolean(error)}
        value={value}
        onChange={(event) => onChange(textOf(event))}
      />
    </Field>
  );
}
