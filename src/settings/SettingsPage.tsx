import { css } from '@emotion/css';
import { useState } from 'react';
import type { AppPluginMeta, GrafanaTheme2, PluginConfigPageProps } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, Field, FieldSet, Input, SecretInput, useStyles2 } from '@grafana/ui';
import { saveSettings } from '../api/client.ts';
import type { PluginSettings } from '../constants.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { textOf } from '../ui/fieldEvents.ts';
import { useForm } from '../ui/useForm.ts';
import { credentialError, isUnencrypted, tidyUrl, urlError } from './backendUrl.ts';
import { testConnection, type Connection } from './connection.ts';
import { ConnectionReport } from './ConnectionReport.tsx';

/** Where the backend is and with which credential Grafana speaks to it; saved in Grafana, and tested at once. */
export default function SettingsPage({ plugin }: PluginConfigPageProps<AppPluginMeta<PluginSettings>>) {
  const styles = useStyles2(getStyles);
  const { jsonData, secureJsonFields, info } = plugin.meta;
  const [url, setUrl] = useState(jsonData?.backendUrl ?? '');
  const [credential, setCredential] = useState('');
  const [isConfigured, setConfigured] = useState(secureJsonFields?.apiToken === true);
  const [connection, setConnection] = useState<Connection>();
  const { errors, failure, isSending, formProps } = useForm<'url' | 'credential'>({
    check: () => {
      setConnection(undefined);
      return { url: urlError(url), credential: isConfigured ? undefined : credentialError(credential) };
    },
    send: async () => {
      await saveSettings({ ...jsonData, backendUrl: tidyUrl(url) }, isConfigured ? undefined : credential.trim());
      setCredential('');
      setConfigured(true);
      setConnection(await testConnection(info.version));
    },
  });

  return (
    <form className={styles.form} {...formProps}>
      <FieldSet label={t('settings.title', 'Connection to the appliance')}>
        <Field
          required
          label={t('settings.url.label', 'Backend URL')}
          description={t(
            'settings.url.help',
            "As Grafana's server reaches it, for instance https://appliance.example.com:9470.",
          )}
          invalid={Boolean(errors.url)}
          error={errors.url}
        >
          <Input
            id="vitals-backend-url"
            aria-invalid={Boolean(errors.url)}
            type="url"
            autoComplete="off"
            value={url}
            placeholder="https://appliance.example.com:9470"
            onChange={(event) => setUrl(textOf(event))}
          />
        </Field>
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
            onChange={(event) => setCredential(textOf(event))}
          />
        </Field>
      </FieldSet>
      <Button type="submit" disabled={isSending} icon={isSending ? 'spinner' : undefined}>
        <Trans i18nKey="settings.save">Save & test</Trans>
      </Button>
      <div className={styles.outcome} aria-live="polite">
        {failure && <FailureAlert failure={failure} note={t('settings.unsaved', 'The settings were not saved.')} />}
        {connection && <ConnectionReport connection={connection} />}
      </div>
    </form>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  form: css({ maxWidth: 640 }),
  hint: css({ color: theme.colors.warning.text, marginTop: theme.spacing(-1) }),
  outcome: css({ marginTop: theme.spacing(3) }),
});
