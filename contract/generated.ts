/** Everything that `npm run generate` writes. Nothing of it is edited by hand. */
import { alertGroups } from './alerts.ts';
import { grafanaAlerting } from './alerts/grafana.ts';
import { prometheusRules } from './alerts/prometheus.ts';
import { dashboards } from './dashboards.ts';
import { renderDashboard } from './dashboards/render.ts';
import type { DescribedCatalogue } from './described.ts';
import { neverExposed } from './manifest.ts';
import { catalogue } from './metrics.ts';
import { applianceReference, catalogueReference } from './references.ts';

/** The uid of the data source in provisioning/datasources. */
export const DATASOURCE_UID = 'vitals-prometheus';
export const FOLDER = 'Vitals';
const RUNBOOK = 'docs/operations.md';

/** What is made, and of what. */
export type GeneratedFile = { readonly path: string; readonly from: string } & (
  | { readonly format: 'json' | 'yaml'; readonly content: object }
  | { readonly format: 'markdown'; readonly content: string }
);

/**
 * @param documents where the project's documents are read: a URL that ends in a slash, or nothing
 * @param shipped the catalogues in `catalogues/`
 */
export function generatedFiles(documents = '', shipped: readonly DescribedCatalogue[] = []): GeneratedFile[] {
  return [...ofTheAppliance(documents), ...shipped.flatMap((one) => ofCatalogue(one, documents))];
}

/** They lie where nothing loads them by itself: whoever has such a system copies them. */
function ofCatalogue(described: DescribedCatalogue, documents: string): GeneratedFile[] {
  const { catalogue, dashboards, alerts } = described;
  const { id } = catalogue;
  const folder = `provisioning/catalogues/${id}`;
  const page = `docs/catalogues/${id}.md`;
  const runbook = described.runbook ?? `${documents}${page}`;
  const from = `catalogues/${id}.yaml`;
  return [
    ...dashboards.map((spec) => ({
      path: `${folder}/dashboard.json`,
      from,
      format: 'json' as const,
      content: renderDashboard(spec),
    })),
    { path: `${folder}/rules.yaml`, from, format: 'yaml', content: prometheusRules(alerts, runbook) },
    {
      path: `${folder}/alerting.yaml`,
      from,
      format: 'yaml',
      content: grafanaAlerting(alerts, { datasource: DATASOURCE_UID, folder: FOLDER, orgId: 1, runbook, dashboards }),
    },
    { path: page, from, format: 'markdown', content: catalogueReference(described) },
  ];
}

function ofTheAppliance(documents: string): GeneratedFile[] {
  const from = 'contract/';
  const runbook = `${documents}${RUNBOOK}`;
  return [
    ...dashboards.map((spec) => ({
      path: `provisioning/dashboards/${spec.uid}.json`,
      from,
      format: 'json' as const,
      content: renderDashboard(spec),
    })),
    {
      path: 'provisioning/prometheus/rules.yaml',
      from,
      format: 'yaml',
      content: prometheusRules(alertGroups, runbook),
    },
    {
      path: 'provisioning/alerting/rules.yaml',
      from,
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
      from,
      format: 'markdown',
      content: applianceReference({ catalogue, neverExposed, dashboards }),
    },
  ];
}
