import { css } from '@emotion/css';
import { useId } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { RadioButtonGroup, RadioButtonList, useStyles2 } from '@grafana/ui';
import { DateTimeField, type DateTimeInput } from '../../ui/DateTimeField.tsx';

/** When the old token ends: once the new one has taken over, after a set time, or now. */
export type GraceKind = 'observed' | 'timed' | 'leaked';

const HOUR = 3600;
export const DAY = 24 * HOUR;

interface Props {
  readonly kind: GraceKind;
  readonly onKind: (kind: GraceKind) => void;
  readonly seconds: number;
  readonly onSeconds: (seconds: number) => void;
  readonly latestError: string | undefined;
  readonly onLatest: (latest: DateTimeInput) => void;
}

/** Asks for the old token's end, with what each choice means and the detail that it needs. */
export function GraceField({ kind, onKind, seconds, onSeconds, latestError, onLatest }: Props) {
  const styles = useStyles2(getStyles);
  const name = useId();
  return (
    <fieldset className={styles.field}>
      <legend className={styles.legend}>{t('rotate.grace.label', 'The old token ends')}</legend>
      <RadioButtonList<GraceKind>
        name={name}
        value={kind}
        onChange={onKind}
        options={[
          {
            value: 'observed',
            label: t('rotate.grace.observed', 'When the new token is in use'),
            description: t(
              'rotate.grace.observed-help',
              'It is revoked automatically once the new token has been used and the old one has had no scrapes for a while. No scrape fails.',
            ),
          },
          {
            value: 'timed',
            label: t('rotate.grace.timed', 'After a fixed time'),
            description: t('rotate.grace.timed-help', 'Both tokens work until then, whoever uses them.'),
          },
          {
            value: 'leaked',
            label: t('rotate.grace.leaked', 'Revoke immediately (leaked)'),
            description: t(
              'rotate.grace.leaked-help',
              'It stops working at once. Scrapes fail until the new token is in place.',
            ),
          },
        ]}
      />
      {kind === 'observed' && (
        <div className={styles.detail}>
          <DateTimeField
            label={t('rotate.latest.label', 'The old token ends at the latest')}
            help={t('rotate.latest.help', 'Optional: it ends then in any case, even if it is still used.')}
            error={latestError}
            onChange={onLatest}
          />
        </div>
      )}
      {kind === 'timed' && (
        <div className={styles.detail}>
          <RadioButtonGroup
            aria-label={t('rotate.time.label', 'Time until the old token ends')}
            value={seconds}
            onChange={onSeconds}
            options={[
              { value: HOUR, label: t('rotate.time.hour', '1 hour') },
              { value: DAY, label: t('rotate.time.day', '1 day') },
              { value: 7 * DAY, label: t('rotate.time.week', '7 days') },
            ]}
          />
        </div>
      )}
    </fieldset>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  field: css({ border: 0, margin: 0, padding: 0, minWidth: 0 }),
  legend: css({
    fontSize: theme.typography.bodySmall.fontSize,
    fontWeight: theme.typography.fontWeightMedium,
    marginBottom: theme.spacing(1),
    border: 0,
  }),
  detail: css({ marginTop: theme.spacing(2) }),
});
