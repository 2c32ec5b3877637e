import { t, Trans } from '@grafana/i18n';
import { Field, SecretInput, Switch } from '@grafana/ui';
import { pushLimits } from '../../contract/push-limits.ts';
import { isUnencrypted, type PushDraft, type PushErrors } from './pushDraft.ts';
import { TextField } from '../ui/TextField.tsx';
import { isTicked, textOf } from '../ui/fieldEvents.ts';

interface Props {
  readonly draft: PushDraft;
  readonly errors: PushErrors;
  readonly onChange: (change: Partial<PushDraft>) => void;
}

/** Where to push, under which labels, how often, and as whom. */
export function PushFields({ draft, errors, onChange }: Props) {
  return (
    <>
      <Field
        noMargin
        label={t('push.field.enabled', 'Push platform health')}
        description={t(
          'push.field.enabled-help',
          'Switched off, the group that was pushed is removed from the Pushgateway.',
        )}
      >
        <Switch
          id="vitals-push-enabled"
          value={draft.enabled}
          onChange={(event) => onChange({ enabled: isTicked(event) })}
        />
      </Field>
      <TextField
        id="vitals-push-url"
        required
        label={t('push.field.url', 'Pushgateway URL')}
        help={t(
          'push.field.url-help',
          'As the appliance reaches it, for instance https://pushgateway.example.com:9091.',
        )}
        value={draft.url}
        error={errors.url}
        onChange={(url) => onChange({ url })}
      />
      <TextField
        id="vitals-push-job"
        required
        label={t('push.field.job', 'Job')}
        help={t('push.field.group-help', 'Job and instance are the labels of the pushed group.')}
        value={draft.job}
        error={errors.job}
        onChange={(job) => onChange({ job })}
      />
      <TextField
        id="vitals-push-instance"
        label={t('push.field.instance', 'Instance')}
        help={t(
          'push.field.instance-help',
          'Which appliance this is. Two that push under the same overwrite each other.',
        )}
        value={draft.instance}
        error={errors.instance}
        onChange={(instance) => onChange({ instance })}
      />
      <TextField
        id="vitals-push-interval"
        type="number"
        required
        {...pushLimits.interval}
        width={14}
        label={t('push.field.interval', 'Interval in seconds')}
        help={t('push.field.interval-help', 'From {{min}} to {{max}}.', pushLimits.interval)}
        value={draft.interval}
        error={errors.interval}
        onChange={(interval) => onChange({ interval })}
      />
      <TextField
        id="vitals-push-user"
        label={t('push.field.user', 'User name')}
        help={t('push.field.user-help', 'For Basic authentication. Leave empty where the Pushgateway asks for none.')}
        value={draft.username}
        error={errors.username}
        onChange={(username) => onChange({ username })}
      />
      {draft.username.trim() !== '' && (
        <Field
          noMargin
          required
          label={t('push.field.password', 'Password')}
          description={t('push.field.password-help', 'The appliance keeps it encrypted and never shows it again.')}
          invalid={Boolean(errors.password)}
          error={errors.password}
        >
          <SecretInput
            id="vitals-push-password"
            aria-invalid={Boolean(errors.password)}
            autoComplete="new-password"
            isConfigured={draft.keepsPassword}
            value={draft.password}
            onReset={() => onChange({ keepsPassword: false, password: '' })}
            onChange={(event) => onChange({ password: textOf(event) })}
          />
        </Field>
      )}
      {isUnencrypted(draft) && (
        <div>
          <Trans i18nKey="push.unencrypted">
            With http:// the password crosses the network unencrypted. Prefer https://.
          </Trans>
        </div>
      )}
    </>
  );
}
