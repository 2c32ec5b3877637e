import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { curlLine, scrapeConfig, scrapers, scrapeTarget } from '../../src/tokens/reveal/scrapeConfig.ts';
import { jobsOf, platformJob } from '../../src/tokens/reveal/scrapeJobs.ts';
import { temporaryFolder } from '../support/folder.ts';
import { testWith } from '../tools.ts';
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

const resources = (text: string) => parseAllDocuments(text).map((one) => one.toJS() as Record<string, unknown>);

test('the Prometheus Operator gets a resource that needs the Secret that is made from the file, and to be selected', () => {
  const { text, tokenFile } = scrapeConfig('operator', target);
  expect(text).toContain(`--from-file=token=${tokenFile}`);
  expect(text).toContain('scrapeConfigSelector');
  expect(resources(text)).toEqual([
    {
      apiVersion: 'monitoring.coreos.com/v1alpha1',
      kind: 'ScrapeConfig',
      metadata: { name: 'dhcp-dpi' },
      spec: {
        metricsPath: '/api/metrics/prometheus',
        scheme: 'HTTPS',
        scrapeInterval: '30s',
        scrapeTimeout: '10s',
        authorization: { type: 'Bearer', credentials: { name: 'dhcp-dpi-token', key: 'token' } },
        staticConfigs: [{ targets: ['appliance.example.com:9470'] }],
        relabelings: [{ targetLabel: 'job', replacement: 'dhcp-dpi' }],
      },
    },
  ]);
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

  test('in the form of the Prometheus Operator, a resource for each', () => {
    const relabelings = (name: string) => [{ targetLabel: 'job', replacement: name }];
    expect(resources(scrapeConfig('operator', target, jobs).text)).toMatchObject([
      { metadata: { name: 'dhcp-dpi' }, spec: { metricsPath: '/api/metrics/prometheus' } },
      {
        metadata: { name: 'circuit-breaker' },
        spec: { metricsPath: breaker, relabelings: relabelings('circuit-breaker') },
      },
      {
        metadata: { name: 'dockmesh' },
        spec: {
          metricsPath: mesh,
          relabelings: relabelings('dockmesh'),
          metricRelabelings: [
            { sourceLabels: ['exported_instance'], targetLabel: 'instance' },
            { action: 'labeldrop' },
          ],
        },
      },
    ]);
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

/** A job that keeps its instances, and one that has none. */
const bothJobs = [
  platformJob,
  { name: 'dockmesh', metricsPath: '/api/metrics/catalogues/dockmesh', keepsInstances: true },
];

testWith('promtool', 'promtool finds no fault with what Prometheus, vmagent and the Collector get', ({ promtool }) => {
  for (const scraper of ['prometheus', 'vmagent', 'otel'] as const) {
    const { text, tokenFile } = scrapeConfig(scraper, target, bothJobs);
    const config: unknown = scraper === 'otel' ? (parse(text) as Collector).receivers?.prometheus.config : parse(text);
    const folder = temporaryFolder();
    const [token, file] = [join(folder, 'token'), join(folder, 'prometheus.yml')];
    writeFileSync(token, 'vst_example');
    writeFileSync(file, stringify(config).replaceAll(tokenFile, token));
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'config', file], { encoding: 'utf8' });
    expect({ scraper, status, output: stdout + stderr }).toMatchObject({ status: 0 });
  }
});

/** What a text of the collector names as a part of its pipelines, and what it sets up. */
interface Collector {
  readonly service: { readonly pipelines: Record<string, Record<string, string[]>> };
  readonly receivers?: { readonly prometheus: { readonly config: unknown } };
  readonly [kind: string]: unknown;
}

describe('nothing is named that the text does not set up', () => {
  test('by the OpenTelemetry Collector', () => {
    const collector = parse(scrapeConfig('otel', target, bothJobs).text) as Collector;
    for (const parts of Object.values(collector.service.pipelines)) {
      expect(Object.keys(parts)).toEqual(['receivers', 'exporters']);
      for (const [kind, names] of Object.entries(parts)) {
        expect(names).toEqual(Object.keys(collector[kind] as object));
      }
    }
  });

  test('by Alloy', () => {
    const { text } = scrapeConfig('alloy', target, bothJobs);
    const components = [...text.matchAll(/^(prometheus\.\w+) "(\w+)" \{$/gm)].map(([, ...names]) => names.join('.'));
    const receivers = [...text.matchAll(/forward_to = \[(.*)\.receiver\]/g)].map(([, name]) => name);
    expect(receivers).toHaveLength(3);
    for (const name of receivers) expect(components).toContain(name);
  });
});

describe.each(scrapers)('%s', (scraper) => {
  test('has no place for the token itself', () => {
    expect(scrapeConfig(scraper, target).text).not.toMatch(/vst_|credentials: *[<'"]|bearer_token:/);
  });
});
