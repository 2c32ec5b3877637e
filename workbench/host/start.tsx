import { css, Global } from '@emotion/react';
import i18next from 'i18next';
import { createRoot } from 'react-dom/client';
import { cacheStore } from 'react-inlinesvg';
import { createTheme, locationUtil, ThemeContext, type AppPluginMeta, type GrafanaConfig } from '@grafana/data';
import { config, setBackendSrv } from '@grafana/runtime';
import { GlobalStyles, ModalRoot, PortalContainer } from '@grafana/ui';
import { backendSrv } from './backendSrv.ts';
import { basePath } from './base.ts';
import { HistoryRouter } from './HistoryRouter.tsx';
import { appSection } from './navigation.ts';
import { Pages } from './Pages.tsx';
import { importPlugin } from './shared.ts';
import { Shell } from './Shell.tsx';
import { themeName, type WorkbenchState } from './workbench.ts';
import { SectionContext } from './WorkbenchPage.tsx';

/** The part of Grafana's style sheet that is not in its packages. */
const reset = css({
  '*, *::before, *::after': { boxSizing: 'border-box' },
  'html, body': { margin: 0, height: '100%' },
});

const PLUGIN_ID = 'appliance-vitals-app';

async function loadIcons(): Promise<void> {
  const icons = (await (await fetch(`${basePath}/host/icons.json`)).json()) as Record<string, string>;
  for (const [url, content] of Object.entries(icons)) cacheStore.set(url, { content, status: 'loaded' });
}

/** Loads the built plugin and shows it in the shell. */
export async function start(workbench: WorkbenchState): Promise<void> {
  await i18next.init({ lng: 'en-US', supportedLngs: ['en-US'], resources: {}, returnEmptyString: false });
  setBackendSrv(backendSrv);
  locationUtil.initialize({
    config: config as unknown as GrafanaConfig,
    getTimeRangeForUrl: () => ({}) as never,
    getVariablesUrlParams: () => ({}),
  });
  await loadIcons();
  const answer = await fetch(`${basePath}/api/plugins/${PLUGIN_ID}/settings`);
  const meta = (await answer.json()) as AppPluginMeta;
  const { plugin } = await importPlugin(`${basePath}/${meta.module}`);
  plugin.meta = meta;
  plugin.init(meta);

  const theme = createTheme({ colors: { mode: themeName() } });
  const section = appSection(meta, workbench.user);
  const element = document.getElementById('reactRoot');
  if (!element) return;
  createRoot(element).render(
    <ThemeContext.Provider value={theme}>
      <Global styles={reset} />
      <GlobalStyles />
      <HistoryRouter>
        <SectionContext.Provider value={section}>
          <Shell meta={meta} section={section} links={plugin.addedLinkConfigs} workbench={workbench}>
            <Pages plugin={plugin} meta={meta} workbench={workbench} />
          </Shell>
        </SectionContext.Provider>
      </HistoryRouter>
      <ModalRoot />
      <PortalContainer />
    </ThemeContext.Provider>,
  );
}
