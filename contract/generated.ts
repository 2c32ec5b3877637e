/** Everything that `npm run generate` writes. Nothing of it is edited by hand. */
import { alertGroups } from './alerts.ts';
import { grafanaAlerting } from './alerts/grafana.ts';
import { prometheusRules } from './alerts/prometheus.ts';
import { dashboards } from './dashboards.ts';
import { renderDashboard } from './dashboards/render.ts';
import { neverExposed } from './manifest.ts';
import { catalogue } from './metrics.ts';
import { applianceReference } from './references.ts';

/** The uid of the data source in provisioning/datasources. */
export const DATASOURCE_UID = 'vitals-prometheus';
export const FOLDER = 'Vitals';
const RUNBOOK = 'docs/operations.md';

export type GeneratedFile = { readonly path: string } & (
  | { readonly format: 'json' | 'yaml'; readonly content: object }
  | { readonly format: 'markdown'; readonly content: string }
);

/** @param documents where the project's documents are read: a URL that ends in a slash, or nothing */
export function generatedFiles(documents = ''): GeneratedFile[] {
  const runbook = `${documents}${RUNBOOK}`;
  return [
    ...dashboards.map((spec) => ({
      path: `provisioning/dashboards/${spec.uid}.json`,
      format: 'json' as const,
      content: renderDashboard(spec),
    })),
    { path: 'provisioning/prometheus/rules.yaml', format: 'yaml', content: prometheusRules(alertGroups, runbook) },
    {
      path: 'provisioning/alerting/rules.yaml',
      format: 'yaml',
      content: grafanaAlerting(alertGroups, {
        datasource: DATASOURCE_UID,
        folder: FOLDER,
        orgId: 1,
        runbook,
        dashboards,
      }),
    },
    {
      path: 'docs/metrics.md',
      format: 'markdown',
      content: applianceReference({ catalogue, neverExposed, dashboards }),
    },
  ];
}
