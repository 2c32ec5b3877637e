import { css } from '@emotion/css';
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { dateTime, dateTimeForTimeZone, getTimeZone, type DateTime, type GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, DateTimePicker, Field, Stack, useStyles2 } from '@grafana/ui';
import { testIds } from '../testIds.ts';

/** What stands in the field: nothing, a moment, or text that is no moment. */
export type Expiry = DateTime | 'unreadable' | undefined;

interface Props {
  readonly error: string | undefined;
  readonly onChange: (value: Expiry) => void;
}

const HELP_ID = 'vitals-expires-help';
const ERROR_ID = 'vitals-expires-error';
const FORMAT = 'YYYY-MM-DD HH:mm';

/**
 * Grafana's own date-time control with quick choices beside it. The control reports only what it could read, and only
 * when it is left: text that is no date would silently mean "never". So what is typed is read here as well.
 */
export function ExpiryField({ error, onChange }: Props) {
  const styles = useStyles2(getStyles);
  // What is typed stays out of the control's own date: it would rewrite the text under the typing hands.
  const [picked, setPicked] = useState<{ date?: DateTime; turn: number }>({ turn: 0 });
  const box = useRef<HTMLDivElement>(null);

  // The control takes no id and no label of its own.
  useEffect(() => {
    const input = box.current?.querySelector('input');
    input?.setAttribute('aria-label', t('tokens.create.expires', 'Expires'));
    input?.setAttribute('aria-describedby', error ? `${HELP_ID} ${ERROR_ID}` : HELP_ID);
    input?.setAttribute('aria-invalid', String(Boolean(error)));
  });

  function choose(date: DateTime | undefined) {
    setPicked(({ turn }) => ({ date, turn: turn + 1 }));
    onChange(date);
  }

  function onTyped(event: FormEvent<HTMLDivElement>) {
    const { target } = event;
    if (!(target instanceof HTMLInputElement) || !event.currentTarget.contains(target)) return;
    onChange(readExpiry(target.value));
  }

  return (
    <Field
      noMargin
      label={t('tokens.create.expires', 'Expires')}
      description={
        <span id={HELP_ID}>
          {t('tokens.create.expires-help', 'Optional, in your time zone. Leave empty for a token that never expires.')}
        </span>
      }
      invalid={Boolean(error)}
      error={<span id={ERROR_ID}>{error}</span>}
    >
      <Control>
        <div ref={box} className={styles.picker} onChange={onTyped} data-testid={testIds.expiry}>
          <DateTimePicker
            key={picked.turn}
            clearable
            showSeconds={false}
            minDate={new Date()}
            date={picked.date}
            onChange={(date) => {
              setPicked(({ turn }) => ({ date, turn }));
              onChange(date);
            }}
          />
        </div>
        <Stack gap={1} wrap="wrap" role="group" aria-label={t('tokens.create.quick', 'Quick choices')}>
          <Choice text={t('tokens.create.days', '{{count}} days', { count: 30 })} onClick={() => choose(inDays(30))} />
          <Choice text={t('tokens.create.days', '{{count}} days', { count: 90 })} onClick={() => choose(inDays(90))} />
          <Choice
            text={t('tokens.create.year', '1 year')}
            onClick={() => choose(dateTime().add(1, 'year').startOf('minute'))}
          />
          <Choice text={t('tokens.never-expires', 'Never')} onClick={() => choose(undefined)} />
        </Stack>
      </Control>
    </Field>
  );
}

/** Field tells its child about errors by properties that are not for an element of the page. */
function Control({ children }: { readonly children: ReactNode }) {
  return (
    <Stack direction="column" gap={1}>
      {children}
    </Stack>
  );
}

function Choice({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <Button type="button" size="sm" variant="secondary" fill="outline" onClick={onClick}>
      {text}
    </Button>
  );
}

const inDays = (count: number) => dateTime().add(count, 'days').startOf('minute');

function readExpiry(text: string): Expiry {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (!/^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$/.test(typed)) return 'unreadable';
  const moment = dateTimeForTimeZone(getTimeZone(), typed, FORMAT);
  return moment.isValid() ? moment : 'unreadable';
}

const getStyles = (theme: GrafanaTheme2) => ({
  picker: css({ maxWidth: theme.spacing(40) }),
});
