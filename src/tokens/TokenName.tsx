import { css } from '@emotion/css';
import { useEffect, useRef, useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { IconButton, useStyles2 } from '@grafana/ui';
import type { Token } from '../../contract/api.ts';
import { testIds } from '../lib/testIds.ts';
import { asText } from '../lib/asText.ts';
import { OriginBadge } from './fields/OriginBadge.tsx';
import { RenameForm } from './RenameForm.tsx';
import { isUsualScope, scopeText, type Catalogues } from './fields/scope.ts';

interface Props {
  readonly token: Token;
  readonly catalogues: Catalogues;
  readonly onRenamed: (token: Token) => void;
  readonly onOpen: (token: Token) => void;
}

/**
 * A token's name, which opens its details, and the pencil that turns it into an input right where it stands. Under it what is
 * not as usual: where the token comes from, and what it reads.
 */
export function TokenName({ token, catalogues, onRenamed, onOpen }: Props) {
  const styles = useStyles2(getStyles);
  const [isEditing, setEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing) pencil.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);

  if (isEditing) {
    return (
      <RenameForm
        token={token}
        onClose={(renamed) => {
          setEditing(false);
          if (renamed) onRenamed(renamed);
        }}
      />
    );
  }
  return (
    <div className={styles.box}>
      <div className={styles.name}>
        <button type="button" className={styles.open} aria-haspopup="dialog" onClick={() => onOpen(token)}>
          <bdi className={styles.text} data-testid={testIds.tokenName}>
            {token.name}
          </bdi>
        </button>
        <IconButton
          ref={pencil}
          name="pen"
          size="sm"
          className={styles.pencil}
          tooltip={t('tokens.rename.label', 'Rename {{name}} ({{prefix}}…)', {
            name: token.name,
            prefix: token.prefix,
            ...asText,
          })}
          onClick={() => setEditing(true)}
        />
      </div>
      <code className={styles.prefix}>{token.prefix}…</code>
      {!isUsualScope(token) && (
        <div className={styles.scope}>
          {t('tokens.reads', 'Scope: {{scope}}', { scope: scopeText(token, catalogues), ...asText })}
        </div>
      )}
      <OriginBadge token={token} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', minWidth: 0 }),
  name: css({ display: 'flex', alignItems: 'flex-start', gap: theme.spacing(1), minWidth: 0 }),
  open: css({
    minWidth: 0,
    padding: 0,
    border: 0,
    background: 'none',
    color: theme.colors.text.primary,
    textAlign: 'left',
    '&:hover': { color: theme.colors.text.link, textDecoration: 'underline' },
  }),
  text: css({ overflowWrap: 'anywhere', fontWeight: theme.typography.fontWeightMedium, whiteSpace: 'pre-wrap' }),
  prefix: css({
    margin: 0,
    padding: 0,
    border: 0,
    background: 'none',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  scope: css({
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
  }),
  pencil: css({ flexShrink: 0, marginTop: theme.spacing(0.5) }),
});
