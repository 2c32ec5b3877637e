/** Where the plugin's pages are, inside Grafana. */
const ROOT = '/a/appliance-vitals-app';

export const pages = {
  integrations: { title: 'Integrations', url: `${ROOT}/integrations` },
  tokens: { title: 'Scrape tokens', url: `${ROOT}/integrations/prometheus` },
} as const;
