import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Combobox, Field, Input, useStyles2 } from '@grafana/ui';
import { asText } from '../ui/asText.ts';
import { unitName, unitNames, type Duration } from './durations.ts';

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
  const styles = useStyles2(getStyles);
  return (
    <Field noMargin label={label} description={description} htmlFor={id} invalid={Boolean(error)} error={error}>
      <div className={styles.pair}>
        <Input
          id={id}
          type="number"
          min={0}
          width={14}
          invalid={Boolean(error)}
          aria-invalid={Boolean(error)}
          value={value.amount}
          onChange={(event) => onChange({ ...value, amount: event.currentTarget.value })}
        />
        <Combobox
          width={16}
          aria-label={t('rules.unit.label', 'Unit of “{{label}}”', { label, ...asText })}
          options={unitNames.map((unit) => ({ value: unit, label: unitName(unit) }))}
          value={value.unit}
          onChange={({ value: unit }) => onChange({ ...value, unit })}
        />
      </div>
    </Field>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  pair: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
});
