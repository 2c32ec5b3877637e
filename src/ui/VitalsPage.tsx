import { PluginPage, type PluginPageProps } from '@grafana/runtime';
import { Bell } from '../bell/Bell.tsx';

/** Every page of the plugin: Grafana's own, with the bell beside the page's actions. */
export function VitalsPage({ actions, children, ...page }: PluginPageProps) {
  return (
    <PluginPage
      {...page}
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
