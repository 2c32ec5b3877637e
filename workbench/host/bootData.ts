import { basePath } from './base.ts';
import { themeName, type WorkbenchState } from './workbench.ts';

/** As much of Grafana's boot data as its packages and the plugin read. */
export function bootData({ user, orgId }: WorkbenchState) {
  const theme = themeName();
  return {
    user: {
      isSignedIn: true,
      id: user.id,
      uid: user.uid,
      login: user.login,
      email: user.email,
      name: user.name,
      orgId,
      orgName: 'Main Org.',
      orgRole: user.role,
      orgCount: 1,
      isGrafanaAdmin: false,
      theme,
      lightTheme: theme === 'light',
      timezone: 'browser',
      weekStart: 'browser',
      language: 'en-US',
      permissions: {},
      analytics: { identifier: '' },
    },
    settings: {
      appSubUrl: basePath,
      appUrl: `${location.origin}${basePath}/`,
      theme2: undefined,
      buildInfo: {
        version: '13.2.2',
        versionString: 'workbench',
        commit: '',
        env: 'development',
        edition: 'Open Source',
      },
      featureToggles: {},
      licenseInfo: {},
      panels: {},
      apps: {},
      datasources: {},
      dateFormats: undefined,
    },
    navTree: [],
    assets: { light: '', dark: '' },
  };
}
