import { css } from '@emotion/css';
import { useState, type FormEvent, type KeyboardEvent } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Field, IconButton, Input, useStyles2 } from '@grafana/ui';
import type { Token } from '../../contract/api.ts';
import { renameToken } from '../api/client.ts';
import { explain } from '../api/explain.ts';
import { toFailure } from '../api/failure.ts';
import { asText } from '../lib/asText.ts';
import { nameError } from '../ui/nameError.ts';
import { selectAll, textOf } from '../ui/fieldEvents.ts';

interface Props {
  readonly token: Token;
  /** With the token under its new name, or with nothing where the old one is kept. */
  readonly onClose: (renamed?: Token) => void;
}

/** Takes a new name where the old one stood: Enter saves it, Escape keeps the old one. */
export function RenameForm({ token, onClose }: Props) {
  const styles = useStyles2(getStyles);
  const [name, setName] = useState(token.name);
  const [error, setError] = useState<string>();
  const [isSaving, setSaving] = useState(false);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (isSaving) return;
    if (name.trim() === token.name) return onClose();
    const problem = nameError(name);
    setError(problem);
    if (problem) return;
    setSaving(true);
    try {
      onClose(await renameToken(token.id, name.trim()));
    } catch (failure) {
      const { title, advice } = explain(toFailure(failure));
      setError(`${title} ${advice}`);
      setSaving(false);
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Escape' || isSaving) return;
    event.stopPropagation();
    onClose();
  }

  return (
    <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
      <Field noMargin invalid={Boolean(error)} error={error} className={styles.field}>
        <Input
          id={`rename-${token.id}`}
          aria-label={t('tokens.rename.input', 'New name of {{name}}', { name: token.name, ...asText })}
          value={name}
          onChange={(event) => setName(textOf(event))}
          onFocus={selectAll}
          onKeyDown={onKeyDown}
          loading={isSaving}
          autoFocus
        />
      </Field>
      <IconButton type="submit" name="check" variant="primary" tooltip={t('tokens.rename.save', 'Save name')} />
      <IconButton
        type="button"
        name="times"
        tooltip={t('tokens.rename.cancel', 'Keep the old name')}
        onClick={() => onClose()}
      />
    </form>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  form: css({
    display: 'flex',
    alignItems: 'flex-start',
    gap: theme.spacing(1),
    '& > button': { marginTop: theme.spacing(1) },
  }),
  field: css({ flexGrow: 1, minWidth: 160 }),
});
