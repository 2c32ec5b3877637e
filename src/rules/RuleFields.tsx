import { t } from '@grafana/i18n';
import { Checkbox, Field, RadioButtonGroup, Switch } from '@grafana/ui';
import { channels, severities, type Channel } from '../../contract/appliance.ts';
import { FieldGroup } from '../ui/FieldGroup.tsx';
import { severityName } from '../ui/SeverityBadge.tsx';
import { channelName } from './channelName.ts';
import type { FieldsProps } from './fields.ts';
import { isTicked } from '../ui/fieldEvents.ts';
import { TextField } from '../ui/TextField.tsx';

/** What every rule has: name, severity, channels, and whether it is enabled. */
export function RuleFields({ draft, errors, isFixed, onChange }: FieldsProps) {
  const toggle = (channel: Channel, isOn: boolean) =>
    onChange({ channels: channels.filter((each) => (each === channel ? isOn : draft.channels.includes(each))) });
  return (
    <>
      <TextField
        id="vitals-rule-name"
        required
        disabled={isFixed}
        label={t('rules.name.label', 'Name')}
        value={draft.name}
        error={errors.name}
        onChange={(name) => onChange({ name })}
      />
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
        description={
          draft.kind === 'token_notice'
            ? t('rules.channels.help-notice', 'Where it is sent. Without a channel it is not sent at all.')
            : t('rules.channels.help', 'Where its alarms are sent. Without a channel they appear on this page only.')
        }
      >
        <FieldGroup label={t('rules.channels.label', 'Channels')}>
          {channels.map((channel) => (
            <Checkbox
              key={channel}
              id={`vitals-rule-channel-${channel}`}
              label={channelName(channel)}
              value={draft.channels.includes(channel)}
              onChange={(event) => toggle(channel, isTicked(event))}
            />
          ))}
        </FieldGroup>
      </Field>
      <Field noMargin label={t('rules.enabled.label', 'Enabled')}>
        <Switch
          id="vitals-rule-enabled"
          value={draft.enabled}
          onChange={(event) => onChange({ enabled: isTicked(event) })}
        />
      </Field>
    </>
  );
}
