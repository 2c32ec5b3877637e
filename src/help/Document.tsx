import { css } from '@emotion/css';
import { useEffect, useMemo, useRef } from 'react';
import { useLocation } from 'react-router';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { Contents } from './Contents.tsx';
import { renderDocument } from './renderDocument.ts';
import type { Topic } from '../lib/topics.ts';

interface Props {
  readonly topic: Topic;
  readonly markdown: string;
}

/** One document and what is in it. The section that the address names is scrolled to and highlighted. */
export function Document({ topic, markdown }: Props) {
  const styles = useStyles2(getStyles);
  const { html, headings } = useMemo(() => renderDocument(markdown, topic), [markdown, topic]);
  const { hash, key } = useLocation();
  const article = useRef<HTMLElement>(null);
  // The key too: a link to where one is already scrolls there again.
  useEffect(() => openSection(article.current, hash), [hash, key, html]);
  return (
    <div className={styles.page}>
      <article ref={article} className={styles.article} dangerouslySetInnerHTML={{ __html: html }} />
      <Contents topic={topic} headings={headings} />
    </div>
  );
}

/** @returns what takes the highlight away again */
function openSection(article: HTMLElement | null, hash: string): (() => void) | undefined {
  const headings = [...(article?.querySelectorAll<HTMLElement>('[id]') ?? [])];
  const heading = headings.find(({ id }) => `#${id}` === hash);
  const section = heading?.closest('section');
  if (!heading || !section) return undefined;
  // Not by `dataset`, which Grafana's sandbox for plugins does not carry over to the page.
  section.setAttribute('data-current', 'true');
  heading.scrollIntoView({ block: 'start' });
  heading.focus({ preventScroll: true });
  return () => section.removeAttribute('data-current');
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'flex', alignItems: 'flex-start', gap: theme.spacing(4) }),
  article: css({
    flex: '1 1 0',
    minWidth: 0,
    maxWidth: 960,
    lineHeight: theme.typography.body.lineHeight,
    'h2, h3, h4': { scrollMarginTop: theme.spacing(12), outline: 'none' },
    section: {
      padding: theme.spacing(1, 2),
      marginLeft: `calc(-3px - ${theme.spacing(2)})`,
      borderLeft: '3px solid transparent',
      '&[data-current]': { borderLeftColor: theme.colors.primary.main, background: theme.colors.background.secondary },
    },
    'p, ul, ol, pre, .table': { marginBottom: theme.spacing(2) },
    'ul, ol': { paddingLeft: theme.spacing(3) },
    a: { color: theme.colors.text.link, textDecoration: 'underline' },
    // Names of settings and metrics can be wider than a phone.
    code: { whiteSpace: 'normal', overflowWrap: 'anywhere' },
    'h3 code': { padding: 0, border: 0, background: 'none', fontSize: 'inherit' },
    pre: {
      padding: theme.spacing(1.5),
      overflowX: 'auto',
      background: theme.colors.background.canvas,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      whiteSpace: 'pre',
      '& code': { padding: 0, border: 0, background: 'none', overflowWrap: 'normal', whiteSpace: 'inherit' },
    },
    '.table': { overflowX: 'auto' },
    table: { width: '100%', borderCollapse: 'collapse' },
    'th, td': {
      padding: theme.spacing(0.75, 1),
      border: `1px solid ${theme.colors.border.weak}`,
      textAlign: 'left',
      verticalAlign: 'top',
    },
    th: { background: theme.colors.background.secondary, fontWeight: theme.typography.fontWeightMedium },
  }),
});
