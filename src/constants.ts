import manifest from '../plugin.json';

export const PLUGIN_ID = manifest.id;

const ROOT = `/a/${PLUGIN_ID}`;

/** Where each page lives inside Grafana. The same paths stand in plugin.json's `includes`. */
export const paths = {
  integrations: `${ROOT}/integrations`,
  tokens: `${ROOT}/integrations/prometheus`,
  alarms: `${ROOT}/alarms`,
  audit: `${ROOT}/audit`,
  settings: `/plugins/${PLUGIN_ID}`,
} as const;

/** The alarms page with one alarm open. */
export const alarmPath = (id: string) => `${paths.alarms}?${new URLSearchParams({ alarm: id }).toString()}`;

/** The token page with one token open. */
export const tokenPath = (id: string) => `${paths.tokens}?${new URLSearchParams({ token: id }).toString()}`;

/** The plugin's saved settings. The credential itself is in `secureJsonData` and never comes back to the browser. */
export interface PluginSettings {
  backendUrl?: string;
}
