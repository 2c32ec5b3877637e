import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Combobox, Field, useStyles2 } from '@grafana/ui';
import { contractQuery } from '../api/queries.ts';
import { asText } from '../lib/asText.ts';
import { useRequest } from '../ui/useRequest.ts';
import type { RuleMetric } from '../../contract/rules.ts';
import { familyOf } from './conditionLabels.ts';

type Labels = Readonly<Record<string, string>>;

interface Props {
  readonly metric: RuleMetric;
  readonly labels: Labels;
  readonly isFixed: boolean;
  readonly onChange: (labels: Labels) => void;
}

const ANY = '';

/** One picker for each label of the family. Values that only the appliance knows are asked of it. */
export function LabelFields({ metric, labels, isFixed, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const { value: contract } = useRequest(contractQuery);
  const family = familyOf(metric);
  const names = Object.keys(family?.labels ?? {});
  if (names.length === 0) return null;

  function valuesOf(label: string): readonly string[] {
    const values = family?.labels[label];
    if (values && !('constant' in values)) return values;
    const known = contract?.families.find(({ name }) => name === family?.name)?.labels[label] ?? [];
    return [...new Set([...known, labels[label] ?? ANY])].filter((value) => value !== ANY);
  }

  const choose = (label: string, value: string) => {
    const { [label]: _, ...others } = labels;
    onChange(value === ANY ? others : { ...others, [label]: value });
  };
  return (
    <div className={styles.labels}>
      {names.map((label) => (
        <Field
          key={label}
          noMargin
          disabled={isFixed}
          label={t('rules.label.label', 'Label “{{label}}”', { label, ...asText })}
        >
          <Combobox
            id={`vitals-rule-label-${label}`}
            width={24}
            disabled={isFixed}
            options={[
              { value: ANY, label: t('rules.label.any', 'Any') },
              ...valuesOf(label).map((value) => ({ value, label: value })),
            ]}
            value={labels[label] ?? ANY}
            onChange={({ value }) => choose(label, value)}
          />
        </Field>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  labels: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2) }),
});
