import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tab, TabsBar, useStyles2 } from '@grafana/ui';
import { hrefTo } from '../lib/href.ts';

interface Props<T extends string> {
  readonly tabs: readonly { readonly id: T; readonly label: string; readonly path: string }[];
  readonly active: T;
}

/** The parts of a page, each with an address of its own. */
export function PageTabs<T extends string>({ tabs, active }: Props<T>) {
  const styles = useStyles2(getStyles);
  return (
    <TabsBar className={styles.bar}>
      {tabs.map(({ id, label, path }) => (
        <Tab key={id} label={label} href={hrefTo(path)} active={id === active} />
      ))}
    </TabsBar>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ marginBottom: theme.spacing(2) }),
});
