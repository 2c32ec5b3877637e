/** Where a scrape goes: as far as the page knows it, from the plugin's own settings. */
export interface ScrapeTarget {
  readonly scheme: 'http' | 'https';
  /** Host, with the port where it is not the scheme's own. */
  readonly address: string;
  readonly metricsPath: string;
}

const METRICS_PATH = '/api/metrics/prometheus';
const EXAMPLE: ScrapeTarget = { scheme: 'https', address: 'appliance.example.com', metricsPath: METRICS_PATH };

/** The target behind the backend URL of the settings, or the documentation's example where there is none. */
export function scrapeTarget(backendUrl: string | undefined): ScrapeTarget {
  if (!backendUrl || !URL.canParse(backendUrl)) return EXAMPLE;
  const { protocol, host } = new URL(backendUrl);
  return { scheme: protocol === 'http:' ? 'http' : 'https', address: host, metricsPath: METRICS_PATH };
}

export const scrapers = ['prometheus', 'alloy', 'otel', 'servicemonitor', 'vmagent'] as const;
export type Scraper = (typeof scrapers)[number];

/** Product names are the same in every language. */
export const scraperNames: Record<Scraper, string> = {
  prometheus: 'Prometheus',
  alloy: 'Alloy',
  otel: 'OpenTelemetry Collector',
  servicemonitor: 'ServiceMonitor',
  vmagent: 'vmagent',
};

interface Snippet {
  /** The file that holds the token, or the secret's source. */
  readonly tokenFile: string;
  readonly text: string;
}

/** A configuration to paste. It names the file that holds the token, and never the token. */
export function scrapeConfig(scraper: Scraper, target: ScrapeTarget): Snippet {
  switch (scraper) {
    case 'prometheus':
      return yamlSnippet('/etc/prometheus/dhcp-dpi.token', target);
    case 'vmagent':
      return yamlSnippet('/etc/vmagent/dhcp-dpi.token', target);
    case 'otel':
      return otelSnippet('/etc/otelcol/dhcp-dpi.token', target);
    case 'alloy':
      return alloySnippet('/etc/alloy/dhcp-dpi.token', target);
    case 'servicemonitor':
      return serviceMonitor('./dhcp-dpi.token', target);
  }
}

function scrapeConfigs(tokenFile: string, { scheme, address, metricsPath }: ScrapeTarget): string {
  return `scrape_configs:
  - job_name: dhcp-dpi
    metrics_path: ${metricsPath}
    scheme: ${scheme}
    scrape_interval: 30s
    scrape_timeout: 10s
    authorization:
      type: Bearer
      credentials_file: ${tokenFile}
    static_configs:
      - targets:
          - '${address}'
`;
}

const yamlSnippet = (tokenFile: string, target: ScrapeTarget): Snippet => ({
  tokenFile,
  text: scrapeConfigs(tokenFile, target),
});

const otelSnippet = (tokenFile: string, target: ScrapeTarget): Snippet => ({
  tokenFile,
  text: `receivers:
  prometheus:
    config:
${indent(scrapeConfigs(tokenFile, target), 6)}
service:
  pipelines:
    metrics:
      receivers: [prometheus]
      exporters: [prometheusremotewrite]
`,
});

const alloySnippet = (tokenFile: string, { scheme, address, metricsPath }: ScrapeTarget): Snippet => ({
  tokenFile,
  text: `prometheus.scrape "dhcp_dpi" {
  targets         = [{"__address__" = "${address}"}]
  job_name        = "dhcp-dpi"
  metrics_path    = "${metricsPath}"
  scheme          = "${scheme}"
  scrape_interval = "30s"
  scrape_timeout  = "10s"

  authorization {
    type             = "Bearer"
    credentials_file = "${tokenFile}"
  }

  forward_to = [prometheus.remote_write.default.receiver]
}
`,
});

/** The operator reads the credential from a Secret, which is made from the file. */
const serviceMonitor = (tokenFile: string, { scheme, address, metricsPath }: ScrapeTarget): Snippet => ({
  tokenFile,
  text: `# kubectl create secret generic dhcp-dpi-token --from-file=token=${tokenFile}
# The Service "dhcp-dpi" with the port "metrics" points to ${address}.
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: dhcp-dpi
spec:
  selector:
    matchLabels:
      app: dhcp-dpi
  endpoints:
    - port: metrics
      path: ${metricsPath}
      scheme: ${scheme}
      interval: 30s
      scrapeTimeout: 10s
      authorization:
        type: Bearer
        credentials:
          name: dhcp-dpi-token
          key: token
`,
});

function indent(text: string, width: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(width));
}
