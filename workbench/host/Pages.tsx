import { Navigate, Route, Routes, useLocation } from 'react-router';
import { PluginContextProvider, type AppPlugin, type AppPluginMeta } from '@grafana/data';
import { Alert } from '@grafana/ui';
import { isFor } from './navigation.ts';
import type { WorkbenchState } from './workbench.ts';
import { WorkbenchPage } from './WorkbenchPage.tsx';

interface Props {
  readonly plugin: AppPlugin;
  readonly meta: AppPluginMeta;
  readonly workbench: WorkbenchState;
}

/** Grafana's two places for an app plugin: its pages under /a/, its configuration under /plugins/. */
export function Pages({ plugin, meta, workbench }: Props) {
  const { pathname } = useLocation();
  const Root = plugin.root;
  const Config = plugin.configPages?.[0]?.body;
  if (!isAllowed(meta, workbench, pathname)) {
    return (
      <Alert severity="warning" title="Access denied">
        You do not have permission to see this page.
      </Alert>
    );
  }
  return (
    <PluginContextProvider meta={meta}>
      <Routes>
        <Route
          path={`/a/${meta.id}/*`}
          element={
            Root && <Root meta={meta} basename={`/a/${meta.id}`} path={pathname} query={{}} onNavChanged={() => {}} />
          }
        />
        <Route
          path={`/plugins/${meta.id}`}
          element={
            <WorkbenchPage pageNav={{ text: 'Configuration' }} subTitle={meta.info.description}>
              {Config && <Config plugin={plugin} query={{}} />}
            </WorkbenchPage>
          }
        />
        <Route path="*" element={<Navigate to={`/a/${meta.id}`} replace />} />
      </Routes>
    </PluginContextProvider>
  );
}

/** As Grafana's own app page decides it: by the include with exactly this path. */
function isAllowed({ includes = [] }: AppPluginMeta, { user }: WorkbenchState, pathname: string): boolean {
  return isFor(user, includes.find(({ path }) => path === pathname)?.role);
}
