import type { ComponentProps } from 'react';
import { Field, Input } from '@grafana/ui';
import { textOf } from './fieldEvents.ts';

interface Props extends Omit<ComponentProps<typeof Input>, 'id' | 'value' | 'onChange' | 'invalid'> {
  readonly id: string;
  readonly label: string;
  readonly help?: string;
  readonly value: string;
  readonly error: string | undefined;
  /** False where Grafana's own forms leave room below each field. */
  readonly noMargin?: boolean;
  readonly onChange: (value: string) => void;
}

/** A line of text or a number to enter, with what is wrong with it. Whatever else Grafana's Input takes goes to it. */
export function TextField({ label, help, error, noMargin = true, required, disabled, onChange, ...input }: Props) {
  return (
    <Field
      noMargin={noMargin}
      required={required}
      disabled={disabled}
      label={label}
      description={help}
      invalid={Boolean(error)}
      error={error}
    >
      <Input
        autoComplete="off"
        spellCheck={false}
        {...input}
        disabled={disabled}
        aria-invalid={Boolean(error)}
        onChange={(event) => onChange(textOf(event))}
      />
    </Field>
  );
}
