import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Checkbox, Field, useStyles2 } from '@grafana/ui';
import { readable, type Catalogues } from './scope.ts';
import { isTicked } from '../../ui/fieldEvents.ts';

interface Props {
  readonly catalogues: Catalogues;
  /** Ids of what is chosen. */
  readonly value: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (value: string[]) => void;
}

/** What a token may read; nothing to ask where there is platform health alone. */
export function ScopeField({ catalogues, value, error, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const offered = readable(catalogues);
  if (offered.length < 2) return null;
  const label = t('scope.label', 'Scope');
  const toggle = (id: string, isOn: boolean) =>
    onChange(offered.map((each) => each.id).filter((each) => (each === id ? isOn : value.includes(each))));
  return (
    <Field
      noMargin
      label={label}
      description={t('scope.help', 'Choose what the monitoring stack needs and nothing else.')}
      invalid={Boolean(error)}
      error={error}
    >
      <Choices className={styles.choices} label={label}>
        {offered.map(({ id, title, help }) => (
          <Checkbox
            key={id}
            id={`vitals-scope-${id}`}
            aria-invalid={Boolean(error)}
            label={title}
            description={help}
            value={value.includes(id)}
            onChange={(event) => toggle(id, isTicked(event))}
          />
        ))}
      </Choices>
    </Field>
  );
}

interface ChoicesProps {
  readonly className: string;
  readonly label: string;
  readonly children: ReactNode;
}

/** Takes the properties that a Field gives its child, which are not for an element. */
function Choices({ className, label, children }: ChoicesProps) {
  return (
    <div className={className} role="group" aria-label={label}>
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  // A hundred catalogues scroll here, and the dialog's buttons stay in sight.
  choices: css({
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: theme.spacing(1),
    maxHeight: 240,
    overflowY: 'auto',
  }),
});
