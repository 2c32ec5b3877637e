import { css } from '@emotion/css';
import { useState } from 'react';
import type { AppPluginMeta, GrafanaTheme2, PluginConfigPageProps } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, Field, FieldSet, SecretInput, Stack, useStyles2 } from '@grafana/ui';
import type { NewSettings } from '../api/settings.ts';
import type { PluginSettings } from '../lib/constants.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { textOf } from '../ui/fieldEvents.ts';
import { TextField } from '../ui/TextField.tsx';
import { useForm } from '../ui/useForm.ts';
import { credentialError, isUnencrypted, tidyUrl, urlError } from './backendUrl.ts';
import { ConnectionReport } from './ConnectionReport.tsx';
import { useSettings, type Outcome } from './useSettings.ts';

/** Where the backend is and with which credential Grafana speaks to it: tested, and saved in Grafana where that holds. */
export default function SettingsPage({ plugin }: PluginConfigPageProps<AppPluginMeta<PluginSettings>>) {
  const styles = useStyles2(getStyles);
  const { jsonData, secureJsonFields } = plugin.meta;
  const settings = useSettings(plugin.meta);
  const [url, setUrl] = useState(jsonData?.backendUrl ?? '');
  const [credential, setCredential] = useState('');
  const [isConfigured, setConfigured] = useState(secureJsonFields?.apiToken === true);
  const [outcome, setOutcome] = useState<Outcome>();
  const { errors, failure, isSending, attempt, formProps } = useForm<'url' | 'credential'>({
    check: () => {
      setOutcome(undefined);
      return { url: urlError(url), credential: isConfigured ? undefined : credentialError(credential) };
    },
    send: () => settle(settings.saveAndTest),
  });

  async function settle(save: (entered: NewSettings) => Promise<Outcome>) {
    const entered = {
      jsonData: settings.withUrl(tidyUrl(url)),
      credential: isConfigured ? undefined : credential.trim(),
    };
    const next = await save(entered);
    setOutcome(next);
    if (next.keeping === 'rejected') return;
    setCredential('');
    setConfigured(true);
  }

  return (
    <form className={styles.form} {...formProps}>
      <FieldSet label={t('settings.title', 'Connection to the appliance')}>
        <TextField
          id="vitals-backend-url"
          type="url"
          required
          noMargin={false}
          label={t('settings.url.label', 'Backend URL')}
          help={t(
            'settings.url.help',
            "As Grafana's server reaches it, for instance https://appliance.example.com:9470.",
          )}
          placeholder="https://appliance.example.com:9470"
          value={url}
          error={errors.url}
          onChange={(value) => {
            setUrl(value);
            setOutcome(undefined);
          }}
        />
        {isUnencrypted(url) && (
          <p className={styles.hint}>
            <Trans i18nKey="settings.url.unencrypted">
              With http:// the service credential crosses the network unencrypted. Prefer https://.
            </Trans>
          </p>
        )}
        <Field
          required
          label={t('settings.credential.label', 'Service credential')}
          description={t(
            'settings.credential.help',
            'Made on the appliance with “vitals credential issue --role grafana --name Grafana --ttl 365d”. Grafana stores it encrypted and never shows it again.',
          )}
          invalid={Boolean(errors.credential)}
          error={errors.credential}
        >
          <SecretInput
            id="vitals-credential"
            aria-invalid={Boolean(errors.credential)}
            autoComplete="off"
            isConfigured={isConfigured}
            value={credential}
            onReset={() => setConfigured(false)}
            onChange={(event) => {
              setCredential(textOf(event));
              setOutcome(undefined);
            }}
          />
        </Field>
      </FieldSet>
      {!settings.isEnabled && (
        <Alert severity="info" title={t('settings.disabled.title', 'Vitals is disabled in this organisation.')}>
          <Trans i18nKey="settings.disabled.advice">
            The connection can be tested only while it is enabled. Grafana shows its pages in the menu after the next
            reload.
          </Trans>
        </Alert>
      )}
      <Stack gap={1} wrap="wrap">
        <Button type="submit" disabled={isSending} icon={isSending ? 'spinner' : undefined}>
          {settings.isEnabled ? t('settings.save', 'Save & test') : t('settings.enable', 'Enable, save & test')}
        </Button>
        {!settings.isEnabled && (
          <Button
            type="button"
            variant="secondary"
            disabled={isSending}
            onClick={() => attempt(() => settle(settings.saveOnly))}
          >
            <Trans i18nKey="settings.save-only">Save without enabling</Trans>
          </Button>
        )}
      </Stack>
      <div className={styles.outcome} aria-live="polite">
        {failure && <FailureAlert failure={failure} note={t('settings.unsaved', 'The settings were not saved.')} />}
        {outcome?.keeping === 'untested' && (
          <Alert severity="info" title={t('settings.untested', 'Saved, but not tested: Vitals is disabled.')} />
        )}
        {outcome && outcome.keeping !== 'untested' && (
          <ConnectionReport
            {...outcome}
            isSending={isSending}
            onForce={() => attempt(() => settle((entered) => settings.force(entered, outcome.connection)))}
          />
        )}
      </div>
    </form>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  form: css({ maxWidth: 640 }),
  hint: css({ color: theme.colors.warning.text, marginTop: theme.spacing(-1) }),
  outcome: css({ marginTop: theme.spacing(3) }),
});
