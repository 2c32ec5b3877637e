import { css, cx } from '@emotion/css';
import { useLocation } from 'react-router';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import { helpPath } from '../lib/constants.ts';
import { hrefTo } from '../lib/href.ts';
import type { Heading } from './renderDocument.ts';
import type { Topic } from '../lib/topics.ts';

interface Props {
  readonly topic: Topic;
  readonly headings: readonly Heading[];
}

/** The sections of a document, each a link that can be passed on. */
export function Contents({ topic, headings }: Props) {
  const styles = useStyles2(getStyles);
  const { hash } = useLocation();
  if (headings.length === 0) return null;
  return (
    <nav className={styles.contents} aria-label={t('help.contents', 'On this page')}>
      <ul>
        {headings.map(({ id, text, level }) => (
          <li key={id} className={cx(level > 2 && styles.inner)}>
            <a href={hrefTo(helpPath(topic, id))} aria-current={hash === `#${id}` ? 'location' : undefined}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  contents: css({
    [theme.breakpoints.down('lg')]: { display: 'none' },
    position: 'sticky',
    top: theme.spacing(12),
    flex: '0 0 260px',
    maxHeight: '75vh',
    overflowY: 'auto',
    fontSize: theme.typography.bodySmall.fontSize,
    overflowWrap: 'anywhere',
    '& ul': { listStyle: 'none', margin: 0, padding: 0 },
    '& a': {
      display: 'block',
      padding: theme.spacing(0.5, 1),
      borderLeft: `2px solid ${theme.colors.border.weak}`,
      color: theme.colors.text.secondary,
    },
    '& a:hover': { color: theme.colors.text.primary, textDecoration: 'underline' },
    '& a[aria-current]': { borderLeftColor: theme.colors.primary.main, color: theme.colors.text.primary },
  }),
  inner: css({ paddingLeft: theme.spacing(2) }),
});
