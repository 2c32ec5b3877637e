import { lazy, Suspense } from 'react';
import { AppPlugin, type AppRootProps, type PluginConfigPageProps, type AppPluginMeta } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import type { PluginSettings } from './lib/constants.ts';
import { paletteLinks } from './palette.ts';
import { LoadBoundary } from './ui/LoadBoundary.tsx';

const App = lazy(async () => {
  await (await import('./lib/i18n.ts')).bindTranslations();
  return import('./App.tsx');
});

const Settings = lazy(async () => {
  await (await import('./lib/i18n.ts')).bindTranslations();
  return import('./settings/SettingsPage.tsx');
});

type SettingsProps = PluginConfigPageProps<AppPluginMeta<PluginSettings>>;

const loading = <LoadingPlaceholder text="" />;

function LazyApp(props: AppRootProps<PluginSettings>) {
  return (
    <LoadBoundary>
      <Suspense fallback={loading}>
        <App {...props} />
      </Suspense>
    </LoadBoundary>
  );
}

function LazySettings(props: SettingsProps) {
  return (
    <LoadBoundary>
      <Suspense fallback={loading}>
        <Settings {...props} />
      </Suspense>
    </LoadBoundary>
  );
}

export const plugin = new AppPlugin<PluginSettings>()
  .setRootPage(LazyApp)
  .addConfigPage({ id: 'configuration', title: 'Configuration', icon: 'cog', body: LazySettings });

for (const link of paletteLinks) plugin.addLink(link);
