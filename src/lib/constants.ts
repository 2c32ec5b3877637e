import manifest from '../../plugin.json';
import type { Topic } from './topics.ts';

export const PLUGIN_ID = manifest.id;

const ROOT = `/a/${PLUGIN_ID}`;

/** Where each page lives inside Grafana. The same paths stand in plugin.json's `includes`. */
export const paths = {
  integrations: `${ROOT}/integrations`,
  tokens: `${ROOT}/integrations/prometheus`,
  alarms: `${ROOT}/alarms`,
  audit: `${ROOT}/audit`,
  help: `${ROOT}/help`,
  settings: `/plugins/${PLUGIN_ID}`,
} as const;

/** The alarms page with one alarm open. */
export const alarmPath = (id: string) => `${paths.alarms}?${new URLSearchParams({ alarm: id }).toString()}`;

/** The token page with one token open. */
export const tokenPath = (id: string) => `${paths.tokens}?${new URLSearchParams({ token: id }).toString()}`;

/** A page of the help, at one of its sections where an anchor is named. */
export const helpPath = (topic: Topic, anchor = '') => `${paths.help}/${topic}${anchor && `#${anchor}`}`;

/** The plugin's saved settings. The credential itself is in `secureJsonData` and never comes back to the browser. */
export interface PluginSettings {
  backendUrl?: string;
}
