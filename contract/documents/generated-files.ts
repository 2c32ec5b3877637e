/** Everything that `npm run generate` writes. Nothing of it is edited by hand. */
import { alertGroups } from '../alerts/appliance.ts';
import { grafanaAlerting } from '../alerts/grafana.ts';
import { prometheusRules } from '../alerts/prometheus.ts';
import type { Runbook } from '../alerts/spec.ts';
import { dashboards } from './dashboards.ts';
import { bundled } from '../dashboards/bundled.ts';
import { renderDashboard } from '../dashboards/render.ts';
import type { DescribedCatalogue } from './described-catalogue.ts';
import { neverExposed } from './manifest.ts';
import { catalogue } from '../metrics.ts';
import { helpPath } from '../pages.ts';
import { applianceReference, catalogueReference } from './reference-pages.ts';

/** The uid of the data source in provisioning/datasources. */
export const DATASOURCE_UID = 'vitals-prometheus';
export const FOLDER = 'Vitals';
/** Where the dashboards lie that the plugin brings along. */
export const BUNDLED_FOLDER = 'src/dashboards';

/** What is made, and of what. */
export type GeneratedFile = { readonly path: string; readonly from: string } & (
  | { readonly format: 'json' | 'yaml'; readonly content: object }
  | { readonly format: 'markdown'; readonly content: string }
);

export interface GeneratedOptions {
  /** The catalogues in `catalogues/`. */
  readonly shipped?: readonly DescribedCatalogue[];
  /** The URL of Grafana without a slash at its end, as runbooks are to name it. Absent: templates find it. */
  readonly grafana?: string | undefined;
}

export function generatedFiles({ shipped = [], grafana }: GeneratedOptions = {}): GeneratedFile[] {
  return [...ofTheAppliance(grafana), ...shipped.flatMap((one) => ofCatalogue(one, grafana))];
}

/** They lie where nothing loads them by itself: whoever has such a system copies them. */
function ofCatalogue(described: DescribedCatalogue, grafana: string | undefined): GeneratedFile[] {
  const { catalogue, dashboards, alerts } = described;
  const { id } = catalogue;
  const folder = `provisioning/catalogues/${id}`;
  const runbook: Runbook =
    described.runbook === undefined ? { path: helpPath(`catalogue-${id}`) } : { url: described.runbook };
  const from = `catalogues/${id}.yaml`;
  return [
    ...dashboards.map((spec) => ({
      path: `${folder}/dashboard.json`,
      from,
      format: 'json' as const,
      content: renderDashboard(spec),
    })),
    { path: `${folder}/rules.yaml`, from, format: 'yaml', content: prometheusRules(alerts, { runbook, grafana }) },
    {
      path: `${folder}/alerting.yaml`,
      from,
      format: 'yaml',
      content: grafanaAlerting(alerts, { ...ours, runbook, grafana, dashboards }),
    },
    { path: `docs/catalogues/${id}.md`, from, format: 'markdown', content: catalogueReference(described) },
  ];
}

const ours = { datasource: DATASOURCE_UID, folder: FOLDER, orgId: 1 } as const;

function ofTheAppliance(grafana: string | undefined): GeneratedFile[] {
  const from = 'contract/';
  const runbook: Runbook = { path: helpPath('alerts') };
  return [
    ...dashboards.map((spec) => ({
      path: `provisioning/dashboards/${spec.uid}.json`,
      from,
      format: 'json' as const,
      content: renderDashboard(spec),
    })),
    ...dashboards.map(bundled).map((spec) => ({
      path: `${BUNDLED_FOLDER}/${spec.uid}.json`,
      from,
      format: 'json' as const,
      content: renderDashboard(spec),
    })),
    {
      path: 'provisioning/prometheus/rules.yaml',
      from,
      format: 'yaml',
      content: prometheusRules(alertGroups, { runbook, grafana }),
    },
    {
      path: 'provisioning/alerting/rules.yaml',
      from,
      format: 'yaml',
      content: grafanaAlerting(alertGroups, { ...ours, runbook, grafana, dashboards }),
    },
    {
      path: 'docs/metrics.md',
      from,
      format: 'markdown',
      content: applianceReference({ catalogue, neverExposed, dashboards }),
    },
  ];
}
