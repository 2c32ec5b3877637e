import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Combobox, Field, useStyles2 } from '@grafana/ui';
import { applianceFamilies } from '../../contract/appliance.ts';
import { comparisons, ruleMetrics } from '../../contract/rules.ts';
import { DurationField } from '../ui/DurationField.tsx';
import type { FieldsProps } from './fields.ts';
import { LabelFields } from './LabelFields.tsx';
import { isCounter } from './ruleDraft.ts';
import { TextField } from '../ui/TextField.tsx';

const metrics = ruleMetrics.map((value) => ({
  value,
  label: applianceFamilies[value].name,
  description: applianceFamilies[value].help,
}));

/** A metric against a threshold: a gauge as it is, a counter by its increase over a window. */
export function MetricFields({ draft, errors, isFixed, onChange }: FieldsProps) {
  const styles = useStyles2(getStyles);
  const { metric, compare, threshold, window, hold } = draft;
  return (
    <>
      <Field
        noMargin
        disabled={isFixed}
        label={t('rules.metric.label', 'Metric')}
        description={applianceFamilies[metric].help}
      >
        <Combobox
          id="vitals-rule-metric"
          disabled={isFixed}
          options={metrics}
          value={metric}
          onChange={({ value }) => onChange({ metric: value, labels: {} })}
        />
      </Field>
      <LabelFields
        metric={metric}
        labels={draft.labels}
        isFixed={isFixed}
        onChange={(labels) => onChange({ labels })}
      />
      {isCounter(metric) && (
        <DurationField
          id="vitals-rule-window"
          label={t('rules.window.label', 'Window')}
          description={t('rules.window.help', 'A counter is compared by its increase within this time.')}
          value={window}
          error={errors.window}
          onChange={(value) => onChange({ window: value })}
        />
      )}
      <div className={styles.pair}>
        <Field noMargin disabled={isFixed} label={t('rules.compare.label', 'Comparison')}>
          <Combobox
            id="vitals-rule-compare"
            width={14}
            disabled={isFixed}
            options={comparisons.map((value) => ({ value, label: value }))}
            value={compare}
            onChange={({ value }) => onChange({ compare: value })}
          />
        </Field>
        <TextField
          id="vitals-rule-threshold"
          type="number"
          required
          step="any"
          width={20}
          label={t('rules.threshold.label', 'Threshold')}
          value={threshold}
          error={errors.threshold}
          onChange={(value) => onChange({ threshold: value })}
        />
      </div>
      <DurationField
        id="vitals-rule-hold"
        label={t('rules.hold.label', 'For')}
        description={t('rules.hold.help', 'How long the condition has to hold before the alarm fires. 0: at once.')}
        value={hold}
        error={errors.hold}
        onChange={(value) => onChange({ hold: value })}
      />
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  pair: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', gap: theme.spacing(2) }),
});
