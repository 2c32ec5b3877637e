import { platformJob, type ScrapeJob } from './scrapeJobs.ts';

/** Where scrapes go, as scrapers write it. */
export interface ScrapeTarget {
  readonly scheme: 'http' | 'https';
  /** Host, with the port where it is not the scheme's own. */
  readonly address: string;
}

/** @param url scheme, host and port */
export function scrapeTarget(url: string): ScrapeTarget {
  const { protocol, host } = new URL(url);
  return { scheme: protocol === 'http:' ? 'http' : 'https', address: host };
}

/** Scrapes once by hand. The token goes from its file through a pipe: on the command line every process could read it. */
export function curlLine(tokenFile: string, { scheme, address }: ScrapeTarget, { metricsPath }: ScrapeJob): string {
  return `printf 'Authorization: Bearer %s' "$(cat ${tokenFile})" | curl -fsS -H @- ${scheme}://${address}${metricsPath}`;
}

export const scrapers = ['prometheus', 'alloy', 'otel', 'operator', 'vmagent'] as const;
export type Scraper = (typeof scrapers)[number];

/** Product names are the same in every language. */
export const scraperNames: Record<Scraper, string> = {
  prometheus: 'Prometheus',
  alloy: 'Alloy',
  otel: 'OpenTelemetry Collector',
  operator: 'Prometheus Operator',
  vmagent: 'vmagent',
};

interface Snippet {
  /** The file that holds the token, or the secret's source. */
  readonly tokenFile: string;
  readonly text: string;
}

/**
 * A configuration that works as it stands, with a job for each thing that the token reads. It names the file that holds the
 * token, and never the token.
 */
export function scrapeConfig(
  scraper: Scraper,
  target: ScrapeTarget,
  jobs: readonly ScrapeJob[] = [platformJob],
): Snippet {
  switch (scraper) {
    case 'prometheus':
      return yamlSnippet('/etc/prometheus/dhcp-dpi.token', target, jobs);
    case 'vmagent':
      return yamlSnippet('/etc/vmagent/dhcp-dpi.token', target, jobs);
    case 'otel':
      return otelSnippet('/etc/otelcol/dhcp-dpi.token', target, jobs);
    case 'alloy':
      return alloySnippet('/etc/alloy/dhcp-dpi.token', target, jobs);
    case 'operator':
      return operatorSnippet('./dhcp-dpi.token', target, jobs);
  }
}

type Snippets = (tokenFile: string, target: ScrapeTarget, jobs: readonly ScrapeJob[]) => Snippet;

const yamlSnippet: Snippets = (tokenFile, target, jobs) => ({
  tokenFile,
  text: scrapeConfigs(tokenFile, target, jobs),
});

function scrapeConfigs(tokenFile: string, target: ScrapeTarget, jobs: readonly ScrapeJob[]): string {
  return `scrape_configs:\n${jobs.map((job) => scrapeJob(tokenFile, target, job)).join('')}`;
}

/** Where a program sends what it scrapes, which holds nothing itself: only its reader knows. */
const REMOTE_WRITE = 'http://localhost:9090/api/v1/write';
const CHANGE_IT = 'Where your metrics are kept: change it.';

const KEEPS_INSTANCES = `    metric_relabel_configs:
      - {source_labels: [exported_instance], regex: '(.+)', target_label: instance}
      - {action: labeldrop, regex: exported_instance}
`;

function scrapeJob(tokenFile: string, { scheme, address }: ScrapeTarget, job: ScrapeJob): string {
  return `  - job_name: ${job.name}
    metrics_path: ${job.metricsPath}
    scheme: ${scheme}
    scrape_interval: 30s
    scrape_timeout: 10s
    authorization:
      type: Bearer
      credentials_file: ${tokenFile}
    static_configs:
      - targets:
          - '${address}'
${job.keepsInstances ? KEEPS_INSTANCES : ''}`;
}

const otelSnippet: Snippets = (tokenFile, target, jobs) => ({
  tokenFile,
  text: `receivers:
  prometheus:
    config:
${indent(scrapeConfigs(tokenFile, target, jobs), 6)}
exporters:
  prometheusremotewrite:
    # ${CHANGE_IT}
    endpoint: ${REMOTE_WRITE}
service:
  pipelines:
    metrics:
      receivers: [prometheus]
      exporters: [prometheusremotewrite]
`,
});

const alloySnippet: Snippets = (tokenFile, target, jobs) => ({
  tokenFile,
  text: [...jobs.map((job) => alloyScrape(tokenFile, target, job)), alloyRemoteWrite].join('\n'),
});

const alloyRemoteWrite = `// ${CHANGE_IT}
prometheus.remote_write "default" {
  endpoint {
    url = "${REMOTE_WRITE}"
  }
}
`;

function alloyScrape(tokenFile: string, { scheme, address }: ScrapeTarget, job: ScrapeJob): string {
  const label = job.name.replaceAll('-', '_');
  const receiver = `prometheus.${job.keepsInstances ? `relabel.${label}` : 'remote_write.default'}.receiver`;
  return `prometheus.scrape "${label}" {
  targets         = [{"__address__" = "${address}"}]
  job_name        = "${job.name}"
  metrics_path    = "${job.metricsPath}"
  scheme          = "${scheme}"
  scrape_interval = "30s"
  scrape_timeout  = "10s"

  authorization {
    type             = "Bearer"
    credentials_file = "${tokenFile}"
  }

  forward_to = [${receiver}]
}
${job.keepsInstances ? alloyRelabel(label) : ''}`;
}

const alloyRelabel = (label: string) => `
prometheus.relabel "${label}" {
  rule {
    source_labels = ["exported_instance"]
    regex         = "(.+)"
    target_label  = "instance"
  }
  rule {
    action = "labeldrop"
    regex  = "exported_instance"
  }

  forward_to = [prometheus.remote_write.default.receiver]
}
`;

/** The operator reads the credential from a Secret, which is made from the file. */
const operatorSnippet: Snippets = (tokenFile, target, jobs) => ({
  tokenFile,
  text: `# kubectl create secret generic dhcp-dpi-token --from-file=token=${tokenFile}
# In the same namespace. Your Prometheus has to select it (scrapeConfigSelector): add the label that it asks for.
${jobs.map((job) => scrapeResource(target, job)).join('---\n')}`,
});

const RELABELS_INSTANCES = `  metricRelabelings:
    - {sourceLabels: [exported_instance], regex: '(.+)', targetLabel: instance}
    - {action: labeldrop, regex: exported_instance}
`;

/** No ServiceMonitor, which would need a Service of the cluster as well. Without the relabeling a job is called by kind and namespace. */
function scrapeResource({ scheme, address }: ScrapeTarget, job: ScrapeJob): string {
  return `apiVersion: monitoring.coreos.com/v1alpha1
kind: ScrapeConfig
metadata:
  name: ${job.name}
spec:
  metricsPath: ${job.metricsPath}
  scheme: ${scheme.toUpperCase()}
  scrapeInterval: 30s
  scrapeTimeout: 10s
  authorization:
    type: Bearer
    credentials:
      name: dhcp-dpi-token
      key: token
  staticConfigs:
    - targets:
        - '${address}'
  relabelings:
    - {targetLabel: job, replacement: ${job.name}}
${job.keepsInstances ? RELABELS_INSTANCES : ''}`;
}

function indent(text: string, width: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(width));
}
