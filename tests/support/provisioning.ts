/** The provisioning files as their readers see them. */
import { yaml } from './compose.ts';

interface App {
  readonly type: string;
  readonly org_id: number;
  readonly jsonData: { readonly backendUrl: string };
  readonly secureJsonData: { readonly apiToken: string };
}
interface Datasource {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly isDefault: boolean;
  readonly jsonData: { readonly timeInterval: string };
}
interface Provider {
  readonly folder: string;
  readonly options: { readonly path: string };
}
interface AlertGroup {
  readonly folder: string;
  readonly rules: readonly { readonly data: readonly { readonly datasourceUid: string }[] }[];
}
export interface PrometheusConfig {
  readonly global: { readonly scrape_interval: string };
  readonly rule_files?: readonly string[];
  readonly scrape_configs: [ScrapeJob, ...ScrapeJob[]];
}
interface ScrapeJob {
  readonly job_name: string;
  readonly authorization: { credentials_file: string };
  readonly tls_config?: { ca_file: string };
}
interface VectorConfig {
  readonly sources: { readonly vitals: object };
  readonly sinks: Readonly<Record<string, { readonly inputs: readonly string[] }>>;
}

export const app = yaml<{ apps: [App] }>('provisioning/plugins/app.yaml').apps[0];
export const datasource = yaml<{ datasources: [Datasource] }>('provisioning/datasources/prometheus.yaml')
  .datasources[0];
export const provider = yaml<{ providers: [Provider] }>('provisioning/dashboards/provider.yaml').providers[0];
export const alerting = yaml<{ groups: AlertGroup[] }>('provisioning/alerting/rules.yaml').groups;
export const vectorConfig = yaml<VectorConfig>('provisioning/vector/vector.yaml');
export const prometheusConfig = (file: string) => yaml<PrometheusConfig>(file);
