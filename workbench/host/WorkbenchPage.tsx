import { css } from '@emotion/css';
import { createContext, useContext } from 'react';
import { useLocation } from 'react-router';
import type { GrafanaTheme2, NavModelItem } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { activeEntry, breadcrumbs } from './navigation.ts';

/** The app's section of the menu, in which a page finds its own place. */
export const SectionContext = createContext<NavModelItem | undefined>(undefined);

/** Grafana's page as plugins get it: breadcrumbs, title, subtitle and actions over the content. */
export function WorkbenchPage({ pageNav, subTitle, actions, renderTitle, children }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const { pathname } = useLocation();
  const section = useContext(SectionContext);
  const title = pageNav?.text ?? (section && activeEntry(section, pathname).text) ?? '';
  return (
    <>
      <Breadcrumbs page={pageNav} />
      <main className={styles.page} id="pageContent">
        <header className={styles.header}>
          <div className={styles.titles}>
            {renderTitle ? renderTitle(title) : <h1 className={styles.title}>{title}</h1>}
            {subTitle && <div className={styles.subTitle}>{subTitle}</div>}
          </div>
          <div className={styles.actions}>{actions}</div>
        </header>
        {children}
      </main>
    </>
  );
}

function Breadcrumbs({ page }: { readonly page: NavModelItem | undefined }) {
  const styles = useStyles2(getStyles);
  const { pathname } = useLocation();
  const section = useContext(SectionContext);
  const crumbs = section ? breadcrumbs(activeEntry(section, pathname), page) : [];
  return (
    <nav aria-label="Breadcrumbs" className={styles.breadcrumbs}>
      <ol>
        {crumbs.map(({ text, url }, index) => (
          <li key={`${index} ${text}`}>
            {index === crumbs.length - 1 ? <span aria-current="page">{text}</span> : <a href={url}>{text}</a>}
          </li>
        ))}
      </ol>
    </nav>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  breadcrumbs: css({
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    background: theme.colors.background.primary,
    padding: theme.spacing(0, 2),
    minHeight: 40,
    display: 'flex',
    alignItems: 'center',
    '& ol': { display: 'flex', flexWrap: 'wrap', listStyle: 'none', margin: 0, padding: 0 },
    '& li + li::before': { content: '"›"', padding: theme.spacing(0, 1), color: theme.colors.text.secondary },
    '& a': { color: theme.colors.text.secondary },
  }),
  page: css({ padding: theme.spacing(2), [theme.breakpoints.up('md')]: { padding: theme.spacing(4) } }),
  header: css({
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: theme.spacing(2),
    marginBottom: theme.spacing(3),
  }),
  titles: css({ minWidth: 0, flex: '1 1 320px' }),
  title: css({ marginBottom: theme.spacing(0.5) }),
  subTitle: css({ color: theme.colors.text.secondary }),
  actions: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
});
