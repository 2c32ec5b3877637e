import { t } from '@grafana/i18n';
import { Field, Input } from '@grafana/ui';
import { textOf } from '../../ui/fieldEvents.ts';
import { Warning } from '../../ui/Warning.tsx';

interface Props {
  readonly value: string;
  readonly error: string | undefined;
  readonly warning: string | undefined;
  readonly onChange: (value: string) => void;
}

/** Corrects, for one copy, where Prometheus is to scrape. */
export function AddressField({ value, error, warning, onChange }: Props) {
  return (
    <div>
      <Field
        noMargin
        label={t('scrape-address.label', 'Address for Prometheus')}
        description={t(
          'scrape-address.help',
          'Where Prometheus reaches the appliance. A change is for this copy only.',
        )}
        invalid={Boolean(error)}
        error={error}
      >
        <Input
          id="vitals-address"
          type="url"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={Boolean(error)}
          value={value}
          onChange={(event) => onChange(textOf(event))}
        />
      </Field>
      {!error && warning && <Warning>{warning}</Warning>}
    </div>
  );
}
