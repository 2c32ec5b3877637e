import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Checkbox, Field, Input, RadioButtonGroup, Switch, useStyles2 } from '@grafana/ui';
import { channels, severities, type Channel } from '../../contract/appliance.ts';
import { severityName } from '../ui/SeverityBadge.tsx';
import { channelName } from './channelName.ts';
import type { FieldsProps } from './fields.ts';

/** What every rule has: name, severity, channels, and whether it is enabled. */
export function RuleFields({ draft, errors, isFixed, onChange }: FieldsProps) {
  const styles = useStyles2(getStyles);
  const toggle = (channel: Channel, isOn: boolean) =>
    onChange({ channels: channels.filter((each) => (each === channel ? isOn : draft.channels.includes(each))) });
  return (
    <>
      <Field
        noMargin
        required
        disabled={isFixed}
        label={t('rules.name.label', 'Name')}
        invalid={Boolean(errors.name)}
        error={errors.name}
      >
        <Input
          id="vitals-rule-name"
          autoComplete="off"
          disabled={isFixed}
          aria-invalid={Boolean(errors.name)}
          value={draft.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      </Field>
      <Field noMargin label={t('rules.severity.label', 'Severity')}>
        <RadioButtonGroup
          id="vitals-rule-severity"
          aria-label={t('rules.severity.label', 'Severity')}
          options={severities.map((value) => ({ value, label: severityName(value) }))}
          value={draft.severity}
          onChange={(severity) => onChange({ severity })}
        />
      </Field>
      <Field
        noMargin
        label={t('rules.channels.label', 'Channels')}
        description={t('rules.channels.help', 'Where its alarms are told. Without any they are on this page only.')}
      >
        <div role="group" aria-label={t('rules.channels.label', 'Channels')} className={styles.channels}>
          {channels.map((channel) => (
            <Checkbox
              key={channel}
              label={channelName(channel)}
              value={draft.channels.includes(channel)}
              onChange={(event) => toggle(channel, event.currentTarget.checked)}
            />
          ))}
        </div>
      </Field>
      <Field noMargin label={t('rules.enabled.label', 'Enabled')}>
        <Switch
          id="vitals-rule-enabled"
          value={draft.enabled}
          onChange={(event) => onChange({ enabled: event.currentTarget.checked })}
        />
      </Field>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  channels: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(3) }),
});
