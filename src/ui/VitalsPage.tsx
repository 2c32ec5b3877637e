import { PluginPage, type PluginPageProps } from '@grafana/runtime';
import { Bell } from '../bell/Bell.tsx';
import type { Page } from '../pages.ts';

interface Props extends Omit<PluginPageProps, 'pageNav' | 'renderTitle'> {
  readonly page: Page;
}

/** Every page of the plugin: Grafana's own, with the bell beside the page's actions. */
export function VitalsPage({ page: { nav, title }, actions, children, ...rest }: Props) {
  return (
    <PluginPage
      {...rest}
      pageNav={nav}
      renderTitle={title ? () => <h1>{title}</h1> : undefined}
      actions={
        <>
          {actions}
          <Bell />
        </>
      }
    >
      {children}
    </PluginPage>
  );
}
