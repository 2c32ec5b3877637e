import { css, cx } from '@emotion/css';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router';
import type { AppPluginMeta, GrafanaTheme2, NavModelItem, PluginExtensionAddedLinkConfig } from '@grafana/data';
import { Combobox, Icon, RadioButtonGroup, useStyles2, type IconName } from '@grafana/ui';
import { basePath } from './base.ts';
import { CommandPalette } from './CommandPalette.tsx';
import { switchTheme, switchUser, themeName, type ThemeName, type WorkbenchState } from './workbench.ts';

interface Props {
  readonly meta: AppPluginMeta;
  readonly section: NavModelItem;
  readonly links: readonly PluginExtensionAddedLinkConfig[];
  readonly workbench: WorkbenchState;
  readonly children: ReactNode;
}

/** What surrounds a page: the line that says what this is, the switches, and the plugin's part of the menu. */
export function Shell({ meta, section, links, workbench, children }: Props) {
  const styles = useStyles2(getStyles);
  const { pathname } = useLocation();
  return (
    // Grafana's drawers open inside of its `main-view`.
    <div className={cx('main-view', styles.shell)}>
      <aside className={styles.bar} aria-label="Workbench">
        <span className={styles.notice}>
          <Icon name="info-circle" /> Workbench: a development stand-in for Grafana. Not for production.
        </span>
        <span className={styles.switches}>
          <CommandPalette links={links} />
          <Combobox
            aria-label="Signed in as"
            width={30}
            value={workbench.user.login}
            options={workbench.users.map(({ login, name, role }) => ({ value: login, label: `${name} (${role})` }))}
            onChange={({ value }) => void switchUser(value)}
          />
          <RadioButtonGroup<ThemeName>
            aria-label="Theme"
            value={themeName()}
            options={[
              { value: 'dark', label: 'Dark' },
              { value: 'light', label: 'Light' },
            ]}
            onChange={switchTheme}
          />
        </span>
      </aside>
      <div className={styles.body}>
        <nav className={styles.menu} aria-label="Main menu">
          <a href={section.url} className={styles.section}>
            <img src={`${basePath}/public/plugins/${meta.id}/img/logo.svg`} alt="" width={20} height={20} />
            {section.text}
          </a>
          <ul aria-label="Vitals">
            {(section.children ?? []).map(({ text, url, icon }) => (
              <li key={url}>
                <a href={url} aria-current={url === `${basePath}${pathname}` ? 'page' : undefined}>
                  <Icon name={icon as IconName} /> {text}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className={styles.content}>{children}</div>
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  shell: css({
    minHeight: '100vh',
    display: 'flex',
    flexDirection: 'column',
    background: theme.colors.background.primary,
  }),
  bar: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: theme.spacing(0.5, 2),
    padding: theme.spacing(0.5, 2),
    background: theme.colors.background.canvas,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  notice: css({ color: theme.colors.text.secondary }),
  switches: css({ display: 'flex', gap: theme.spacing(1), flexWrap: 'wrap' }),
  body: css({
    display: 'flex',
    flexGrow: 1,
    flexDirection: 'column',
    [theme.breakpoints.up('md')]: { flexDirection: 'row' },
  }),
  menu: css({
    padding: theme.spacing(2),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    [theme.breakpoints.up('md')]: {
      width: 220,
      flexShrink: 0,
      borderBottom: 0,
      borderRight: `1px solid ${theme.colors.border.weak}`,
    },
    '& ul': { listStyle: 'none', margin: theme.spacing(1, 0, 0), padding: 0, display: 'flex', flexWrap: 'wrap' },
    '& li': { [theme.breakpoints.up('md')]: { width: '100%' } },
    '& li a': {
      display: 'block',
      padding: theme.spacing(0.75, 1),
      borderRadius: theme.shape.radius.default,
      color: theme.colors.text.secondary,
    },
    '& li a[aria-current]': { background: theme.colors.action.selected, color: theme.colors.text.primary },
  }),
  section: css({ display: 'flex', gap: theme.spacing(1), fontWeight: theme.typography.fontWeightMedium }),
  content: css({ flexGrow: 1, minWidth: 0 }),
});
