import type { DateTime } from '@grafana/data';
import { t } from '@grafana/i18n';
import { testIds } from '../../lib/testIds.ts';
import { expiryChoices, latestExpiry, type MaxDays } from './expiry.ts';
import { DateTimeField, type DateTimeInput } from '../../ui/DateTimeField.tsx';

interface Props {
  /** Expires, unless the dialog is about more than one token. */
  readonly label?: string;
  readonly error: string | undefined;
  readonly maxDays: MaxDays;
  readonly initial?: DateTime;
  readonly onChange: (value: DateTimeInput) => void;
}

/** When a token is to expire, within what the appliance allows. */
export function ExpiryField({ label, error, maxDays, initial, onChange }: Props) {
  const help =
    maxDays === null
      ? t('tokens.create.expires-help', 'In your time zone. Leave empty for a token that never expires.')
      : t('tokens.create.expires-help-max', 'In your time zone, in {{count}} days at the latest.', { count: maxDays });
  return (
    <DateTimeField
      label={label ?? t('tokens.create.expires', 'Expires')}
      help={help}
      error={error}
      initial={initial}
      maxDate={latestExpiry(maxDays)}
      choices={expiryChoices(maxDays)}
      testId={testIds.expiry}
      onChange={onChange}
    />
  );
}
