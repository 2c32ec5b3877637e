import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { curlLine, scrapeConfig, scrapers, scrapeTarget } from '../../src/tokens/reveal/scrapeConfig.ts';
import { jobsOf, platformJob } from '../../src/tokens/reveal/scrapeJobs.ts';
import { makeCatalogue, makeReports, makeSource } from './fakeCatalogues.ts';

const target = scrapeTarget('https://appliance.example.com:9470/');

/** The job of the documentation, reading a file instead of holding the token. */
const job = (tokenFile: string) => ({
  job_name: 'dhcp-dpi',
  metrics_path: '/api/metrics/prometheus',
  scheme: 'https',
  scrape_interval: '30s',
  scrape_timeout: '10s',
  authorization: { type: 'Bearer', credentials_file: tokenFile },
  static_configs: [{ targets: ['appliance.example.com:9470'] }],
});

test.each([
  ['https://appliance.example.com', { scheme: 'https', address: 'appliance.example.com' }],
  ['http://10.0.0.5:9470', { scheme: 'http', address: '10.0.0.5:9470' }],
  ['http://[2001:db8::1]:9470', { scheme: 'http', address: '[2001:db8::1]:9470' }],
])('the target behind %s', (url, expected) => {
  expect(scrapeTarget(url)).toMatchObject(expected);
});

test('the line to try it with takes the token from its file, and never as an argument', () => {
  expect(curlLine('/etc/prometheus/dhcp-dpi.token', target, platformJob)).toBe(
    `printf 'Authorization: Bearer %s' "$(cat /etc/prometheus/dhcp-dpi.token)" | curl -fsS -H @- https://appliance.example.com:9470/api/metrics/prometheus`,
  );
});

test('Prometheus and vmagent get the job of the documentation', () => {
  for (const scraper of ['prometheus', 'vmagent'] as const) {
    const { text, tokenFile } = scrapeConfig(scraper, target);
    expect(parse(text)).toEqual({ scrape_configs: [job(tokenFile)] });
  }
});

test('an IPv6 address stays one string of YAML', () => {
  const { text } = scrapeConfig('prometheus', scrapeTarget('http://[::1]:9470'));
  expect(parse(text)).toMatchObject({ scrape_configs: [{ static_configs: [{ targets: ['[::1]:9470'] }] }] });
});

test('the OpenTelemetry Collector gets the same job inside its receiver', () => {
  const { text, tokenFile } = scrapeConfig('otel', target);
  expect(parse(text)).toMatchObject({
    receivers: { prometheus: { config: { scrape_configs: [job(tokenFile)] } } },
    service: { pipelines: { metrics: { receivers: ['prometheus'] } } },
  });
});

test('a ServiceMonitor names the Secret that is made from the file', () => {
  const { text, tokenFile } = scrapeConfig('servicemonitor', target);
  expect(text).toContain(`--from-file=token=${tokenFile}`);
  expect(parse(text)).toMatchObject({
    kind: 'ServiceMonitor',
    spec: {
      endpoints: [
        {
          path: '/api/metrics/prometheus',
          scheme: 'https',
          authorization: { type: 'Bearer', credentials: { name: 'dhcp-dpi-token', key: 'token' } },
        },
      ],
    },
  });
});

test('Alloy reads the file, and its braces close', () => {
  const { text, tokenFile } = scrapeConfig('alloy', target);
  expect(text).toContain(`credentials_file = "${tokenFile}"`);
  expect(text.split('{').length).toBe(text.split('}').length);
});

describe('a token that reads catalogues', () => {
  const catalogues = [
    makeCatalogue({ id: 'dockmesh', scope: 'inventory', reports: makeReports(['north']) }),
    makeCatalogue({ id: 'circuit-breaker', scope: 'inventory', reports: null, source: makeSource() }),
  ];
  const jobs = jobsOf({ catalogues: ['circuit-breaker', 'dockmesh', 'platform'] }, catalogues);
  const instances = [
    { source_labels: ['exported_instance'], regex: '(.+)', target_label: 'instance' },
    { action: 'labeldrop', regex: 'exported_instance' },
  ];
  const [breaker, mesh] = ['/api/metrics/catalogues/circuit-breaker', '/api/metrics/catalogues/dockmesh'];

  test('has a job for each, platform health first', () => {
    expect(jobs.map(({ name }) => name)).toEqual(['dhcp-dpi', 'circuit-breaker', 'dockmesh']);
    expect(jobsOf({ catalogues: ['dockmesh'] }, catalogues).map(({ name }) => name)).toEqual(['dockmesh']);
    expect(jobsOf({ catalogues: ['platform'] }, undefined)).toEqual([platformJob]);
  });

  test('keeps the instances of those for which instances report, and of no other', () => {
    expect(jobs.map(({ keepsInstances }) => keepsInstances)).toEqual([false, false, true]);
  });

  test.each(['prometheus', 'vmagent', 'otel'] as const)('in the form of %s', (scraper) => {
    const { text, tokenFile } = scrapeConfig(scraper, target, jobs);
    const scrape_configs = [
      job(tokenFile),
      { ...job(tokenFile), job_name: 'circuit-breaker', metrics_path: breaker },
      { ...job(tokenFile), job_name: 'dockmesh', metrics_path: mesh, metric_relabel_configs: instances },
    ];
    const config = { scrape_configs };
    expect(parse(text)).toMatchObject(scraper === 'otel' ? { receivers: { prometheus: { config } } } : config);
  });

  test('in the form of a ServiceMonitor, whose jobs can be told apart', () => {
    expect(parse(scrapeConfig('servicemonitor', target, jobs).text)).toMatchObject({
      spec: {
        endpoints: [
          { path: '/api/metrics/prometheus' },
          { path: breaker, relabelings: [{ targetLabel: 'job', replacement: 'circuit-breaker' }] },
          {
            path: mesh,
            relabelings: [{ targetLabel: 'job', replacement: 'dockmesh' }],
            metricRelabelings: [
              { sourceLabels: ['exported_instance'], targetLabel: 'instance' },
              { action: 'labeldrop' },
            ],
          },
        ],
      },
    });
  });

  test('in the form of Alloy, with a component for each', () => {
    const { text } = scrapeConfig('alloy', target, jobs);
    expect(text.match(/^prometheus\.scrape "\w+" \{$/gm)).toEqual([
      'prometheus.scrape "dhcp_dpi" {',
      'prometheus.scrape "circuit_breaker" {',
      'prometheus.scrape "dockmesh" {',
    ]);
    expect(text.match(/forward_to = .*/g)).toEqual([
      ...Array<string>(2).fill('forward_to = [prometheus.remote_write.default.receiver]'),
      'forward_to = [prometheus.relabel.dockmesh.receiver]',
      'forward_to = [prometheus.remote_write.default.receiver]',
    ]);
    expect(text.split('{').length).toBe(text.split('}').length);
  });
});

describe.each(scrapers)('%s', (scraper) => {
  test('has no place for the token itself', () => {
    expect(scrapeConfig(scraper, target).text).not.toMatch(/vst_|credentials: *[<'"]|bearer_token:/);
  });
});
