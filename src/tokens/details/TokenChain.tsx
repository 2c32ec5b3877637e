import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Button, Icon, Stack, Text, useStyles2 } from '@grafana/ui';
import type { Token, TokenRotation } from '../../../contract/api.ts';
import { asText } from '../../lib/asText.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { progressLabel } from '../rotation/rotationLabels.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';

interface Props {
  readonly token: Token;
  readonly rotation: TokenRotation;
  readonly onShow: (tokenId: string) => void;
}

/** What a token replaces and what replaces it, the newest first, and how far a switch is that is under way. */
export function TokenChain({ token, rotation, onShow }: Props) {
  const styles = useStyles2(getStyles);
  const { chain, progress } = rotation;
  if (chain.length < 2) return null;
  return (
    <section>
      <Text element="h4">{t('chain.title', 'Rotation')}</Text>
      {progress && (
        <p className={styles.progress}>
          <Icon name="sync" /> {progressLabel(progress)}{' '}
          {t('chain.started', 'Started by {{name}}', { name: progress.startedBy, ...asText })}{' '}
          <RelativeTime at={progress.startedAt} />
        </p>
      )}
      <ol className={styles.chain}>
        {[...chain].reverse().map((link) => (
          <li key={link.id} aria-current={link.id === token.id ? 'true' : undefined}>
            <Stack gap={1} alignItems="center" wrap="wrap">
              {link.id === token.id ? (
                <code>{link.prefix}…</code>
              ) : (
                <Button size="sm" fill="text" onClick={() => onShow(link.id)}>
                  {link.prefix}…
                </Button>
              )}
              <StatusBadge token={link} />
              <span className={styles.when}>{place(link, token)}</span>
              <RelativeTime at={link.createdAt} />
            </Stack>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Where another token of the chain stands, seen from the one whose details are open. */
function place(link: Token, token: Token): string {
  if (link.id === token.id) return t('chain.this', 'this token, created');
  if (link.id === token.successorId) return t('chain.successor', 'replaces this token, created');
  if (link.id === token.predecessorId) return t('chain.predecessor', 'replaced by this token, created');
  return t('chain.created', 'created');
}

const getStyles = (theme: GrafanaTheme2) => ({
  progress: css({ margin: theme.spacing(1, 0), color: theme.colors.text.primary }),
  chain: css({
    listStyle: 'none',
    margin: theme.spacing(1, 0, 0),
    padding: theme.spacing(0, 0, 0, 2),
    borderLeft: `2px solid ${theme.colors.border.medium}`,
    '& li + li': { marginTop: theme.spacing(1) },
    '& code': { margin: 0 },
  }),
  when: css({ color: theme.colors.text.secondary }),
});
