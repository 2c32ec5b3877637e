import { css } from '@emotion/css';
import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { dateTimeForTimeZone, getTimeZone, type DateTime, type GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, DateTimePicker, Field, Stack, useStyles2 } from '@grafana/ui';

/** What stands in the field: nothing, a moment, or text that is no moment. */
export type DateTimeInput = DateTime | 'unreadable' | undefined;

export interface Choice {
  readonly text: string;
  /** Asked when it is clicked; nothing empties the field. */
  readonly at: () => DateTime | undefined;
}

interface Props {
  readonly label: string;
  readonly help: string;
  readonly error: string | undefined;
  /** What stands there at first. */
  readonly initial?: DateTime;
  readonly maxDate?: Date;
  /** Quick choices beside the control. */
  readonly choices?: readonly Choice[];
  readonly testId?: string;
  readonly onChange: (value: DateTimeInput) => void;
}

const FORMAT = 'YYYY-MM-DD HH:mm';

/**
 * Grafana's own date-time control with quick choices beside it. The control reports only what it could read, and only
 * when it is left: text that is no date would silently mean "never". So what is typed is read here as well.
 */
export function DateTimeField({ label, help, error, initial, maxDate, choices = [], testId, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const [helpId, errorId] = [useId(), useId()];
  // What is typed stays out of the control's own date: it would rewrite the text under the typing hands.
  const [picked, setPicked] = useState<{ date?: DateTime; turn: number }>({ date: initial, turn: 0 });
  const box = useRef<HTMLDivElement>(null);

  // The control takes no id and no label of its own.
  useEffect(() => {
    const input = box.current?.querySelector('input');
    input?.setAttribute('aria-label', label);
    input?.setAttribute('aria-describedby', error ? `${helpId} ${errorId}` : helpId);
    input?.setAttribute('aria-invalid', String(Boolean(error)));
  });

  function choose(date: DateTime | undefined) {
    setPicked(({ turn }) => ({ date, turn: turn + 1 }));
    onChange(date);
  }

  function onTyped({ target }: FormEvent<HTMLDivElement>) {
    if (!(target instanceof HTMLInputElement) || !box.current?.contains(target)) return;
    onChange(parseDateTime(target.value));
  }

  return (
    <Field
      noMargin
      label={label}
      description={<span id={helpId}>{help}</span>}
      invalid={Boolean(error)}
      error={<span id={errorId}>{error}</span>}
    >
      <Control>
        <div ref={box} className={styles.picker} onChange={onTyped} data-testid={testId}>
          <DateTimePicker
            key={picked.turn}
            clearable
            showSeconds={false}
            minDate={new Date()}
            maxDate={maxDate}
            date={picked.date}
            onChange={(date) => {
              setPicked(({ turn }) => ({ date, turn }));
              onChange(date);
            }}
          />
        </div>
        {choices.length > 0 && (
          <Stack gap={1} wrap="wrap" role="group" aria-label={t('date-time.quick', 'Quick choices')}>
            {choices.map(({ text, at }) => (
              <Button
                key={text}
                type="button"
                size="sm"
                variant="secondary"
                fill="outline"
                onClick={() => choose(at())}
              >
                {text}
              </Button>
            ))}
          </Stack>
        )}
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

/** What is wrong with a moment by itself, or nothing. */
export function dateTimeError(moment: DateTimeInput): string | undefined {
  if (moment === 'unreadable') {
    return t('date-time.unreadable', 'This is no date and time. Write it as 2027-01-31 12:00.');
  }
  return undefined;
}

/** As the API wants it; null where nothing was entered. */
export const toIso = (moment: DateTimeInput) => (moment && moment !== 'unreadable' ? moment.toISOString() : null);

function parseDateTime(text: string): DateTimeInput {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (!/^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$/.test(typed)) return 'unreadable';
  const moment = dateTimeForTimeZone(getTimeZone(), typed, FORMAT);
  return moment.isValid() ? moment : 'unreadable';
}

const getStyles = (theme: GrafanaTheme2) => ({
  picker: css({ maxWidth: theme.spacing(40) }),
});
