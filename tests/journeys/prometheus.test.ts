import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CreatedToken } from '../../contract/api.ts';
import { applianceFamilies } from '../../contract/metrics.ts';
import { labelSets, type Constants, type PlatformFamily } from '../../contract/catalogue-model.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ask } from '../support/http.ts';
import { makePlace, type Place } from '../support/place.ts';
import { startPrometheus, type Series } from '../support/prometheus.ts';
import { eventually, startServer } from '../support/server.ts';
import { selfSigned, type TlsFilePair } from '../support/tls.ts';
import { testWith } from '../tools.ts';

/** Prometheus may move a sample's time this far, in milliseconds, to keep its intervals even. */
const SCRAPE_TIME_TOLERANCE_MS = 10;

/** The manual's own scrape configuration, with a certificate that no public authority has signed and a short interval. */
function scrapeConfig(place: Place, tls: TlsFilePair, secret: string): Record<string, unknown> {
  return {
    job_name: 'dhcp-dpi',
    metrics_path: '/api/metrics/prometheus',
    scheme: 'https',
    scrape_interval: '1s',
    scrape_timeout: '1s',
    authorization: { type: 'Bearer', credentials: secret },
    tls_config: { ca_file: tls.cert },
    static_configs: [{ targets: [`127.0.0.1:${place.port}`] }],
  };
}

function samplesOf(series: Series[]) {
  return series.flatMap(({ samples }) => samples);
}

/** Every series that the contract promises, as Prometheus names them. */
function promisedSeries(constants: Constants): string[] {
  return Object.values<PlatformFamily>(applianceFamilies).flatMap((family) =>
    labelSets(family, constants).flatMap((labels) => {
      if (!family.buckets) return [seriesName({ __name__: family.name, ...labels })];
      const bounds = [...family.buckets.map((bound) => canonical(bound)), '+Inf'];
      return [
        ...bounds.map((le) => seriesName({ __name__: `${family.name}_bucket`, ...labels, le })),
        seriesName({ __name__: `${family.name}_sum`, ...labels }),
        seriesName({ __name__: `${family.name}_count`, ...labels }),
      ];
    }),
  );
}

/** OpenMetrics writes a whole bound with its decimal point, and Prometheus keeps it so. */
function canonical(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}

function seriesName(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels)
    .sort()
    .map((label) => `${label}=${labels[label] ?? ''}`)
    .join(' ');
}

testWith(
  ['prometheus', 'openssl'],
  'a real Prometheus scrapes over TLS with a token of the command line, and from its revocation on it is refused',
  async ({ prometheus: binary, openssl }) => {
    const tls = selfSigned(openssl, temporaryFolder(), 'appliance');
    const place = await makePlace({ tls });
    const server = await startServer(place.config);
    const { token, secret } = await place.mint('Production Prometheus');
    const prometheus = await startPrometheus(binary, place.folder, [scrapeConfig(place, tls, secret)]);

    await eventually('up is 1', async () => (await prometheus.value('up')) === 1);
    expect(await prometheus.value('dhcp_dpi_build_info')).toBe(1);
    expect(await prometheus.value('dhcp_dpi_scrape_tokens{status="active"}')).toBe(1);

    await place.cli('token', 'revoke', token.id);
    const revoked = Date.now();
    await eventually('up is 0', async () => (await prometheus.value('up')) === 0);
    await eventually('it is told 401', async () =>
      (await prometheus.lastError('dhcp-dpi')).includes('401 Unauthorized'),
    );

    const up = samplesOf(await prometheus.query('up[5m]'));
    const afterwards = up.filter(({ at }) => at > revoked + SCRAPE_TIME_TOLERANCE_MS);
    expect(afterwards.map(({ value }) => value)).not.toContain(1);
    const lastGood = up.findLast(({ value }) => value === 1);

    expect(await server.kill('SIGTERM')).toBe(0);
    const [row] = await place.tokens();
    expect(row).toMatchObject({ status: 'revoked', lastIp: '127.0.0.1' });
    const lastUsed = Date.parse(row?.lastUsedAt ?? '');
    expect(lastUsed).toBeGreaterThanOrEqual((lastGood?.at ?? Infinity) - SCRAPE_TIME_TOLERANCE_MS);
    expect(lastUsed).toBeLessThanOrEqual(revoked);

    const story = await place.story();
    expect(story.every(({ target }) => target === token.id)).toBe(true);
    expect(story.slice(0, 3)).toMatchObject([
      { event: 'token.created', via: 'cli', ip: null, details: { name: 'Production Prometheus', expiresAt: null } },
      { event: 'token.revoked', via: 'cli', ip: null, details: { name: 'Production Prometheus' } },
      { event: 'scrape.refused', via: 'scrape', ip: '127.0.0.1', details: { reason: 'revoked', count: 1 } },
    ]);
    // What was refused after that, in at most a row a minute.
    for (const { event, details } of story.slice(3)) {
      expect({ event, reason: details['reason'] }).toEqual({ event: 'scrape.refused', reason: 'revoked' });
    }
    expect(server.output()).not.toContain(secret);
  },
);

testWith(
  ['prometheus', 'openssl'],
  'a real Prometheus is answered in OpenMetrics and stores exactly the series of the contract, under the contract’s labels',
  async ({ prometheus: binary, openssl }) => {
    const tls = selfSigned(openssl, temporaryFolder(), 'appliance');
    const place = await makePlace({ tls, settings: { appliance: { go_version: 'go1.24.1' } } });
    await startServer(place.config);
    const { secret } = await place.mint('Production Prometheus', '2099-01-01T00:00:00Z');
    const prometheus = await startPrometheus(binary, place.folder, [scrapeConfig(place, tls, secret)]);
    await eventually('up is 1', async () => (await prometheus.value('up')) === 1);

    const [build] = await prometheus.query('dhcp_dpi_build_info');
    const { version = '', commit = '' } = build?.labels ?? {};
    expect(build?.labels).toEqual({
      __name__: 'dhcp_dpi_build_info',
      job: 'dhcp-dpi',
      instance: `127.0.0.1:${place.port}`,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commit: expect.stringMatching(/^([0-9a-f]{7,}|unknown)$/),
      go_version: 'go1.24.1',
      node_version: process.version,
    });

    const stored = await prometheus.query('{__name__=~"dhcp_dpi_.+"}');
    const names = stored.map(({ labels: { job: _job, instance: _instance, ...labels } }) => seriesName(labels));
    const constants = { version, commit, goVersion: 'go1.24.1', nodeVersion: process.version, catalogueSources: [] };
    const absent = /=dhcp_dpi_(clickhouse_up|push_last_success_timestamp_seconds)( |$)/;
    const promised = promisedSeries(constants).filter((name) => !absent.test(name));
    expect(names.sort(), 'no ClickHouse is configured here, and nothing is pushed').toEqual(promised.sort());
    expect(await prometheus.value('dhcp_dpi_scrape_token_expiry_timestamp_seconds')).toBe(
      Date.parse('2099-01-01T00:00:00Z') / 1000,
    );

    // Only OpenMetrics has units, and names a counter's family without _total.
    const metadata = await prometheus.metadata();
    const about = (metric: string) => metadata.find((one) => one.metric === metric);
    expect(about('dhcp_dpi_process_start_time_seconds')).toMatchObject({ type: 'gauge', unit: 'seconds' });
    expect(about('dhcp_dpi_audit_events')).toMatchObject({ type: 'counter', unit: '' });
    expect(about('dhcp_dpi_audit_events_total')).toBeUndefined();
  },
);

testWith(
  ['prometheus', 'openssl'],
  'a token that expires stops scraping from that moment on, shows as expired, and the audit log says why',
  async ({ prometheus: binary, openssl }) => {
    const tls = selfSigned(openssl, temporaryFolder(), 'appliance');
    const place = await makePlace({ tls });
    const server = await startServer(place.config);
    const admin = { authorization: `Bearer ${await place.jwt('admin')}` };
    const tokenFile = join(place.folder, 'scrape-token');
    const job = {
      ...scrapeConfig(place, tls, ''),
      authorization: { type: 'Bearer', credentials_file: tokenFile },
    };
    const prometheus = await startPrometheus(binary, place.folder, [job]);
    await eventually('the first attempt, without a token', async () => (await prometheus.value('up')) === 0);

    const expires = Date.now() + 4_000;
    const body = { name: 'Short-lived', expiresAt: new Date(expires).toISOString() };
    const minted = await ask(`${place.origin}/api/tokens`, { body, headers: admin, ca: place.ca });
    const { token, secret } = JSON.parse(minted.text) as CreatedToken;
    writeFileSync(tokenFile, secret);
    const up = await eventually('a scrape is refused after one was answered', async () => {
      const samples = samplesOf(await prometheus.query('up[5m]'));
      const firstGood = samples.findIndex(({ value }) => value === 1);
      return firstGood >= 0 && samples.slice(firstGood).some(({ value }) => value === 0) && samples;
    });
    const late = up.filter(({ at }) => at >= expires + SCRAPE_TIME_TOLERANCE_MS);
    expect(late.map(({ value }) => value)).not.toContain(1);
    expect((await place.tokens())[0]).toMatchObject({ id: token.id, status: 'expired' });
    expect(await server.kill('SIGTERM')).toBe(0);
    expect((await place.story()).filter(({ target }) => target === token.id).slice(0, 2)).toMatchObject([
      { event: 'token.created', via: 'api', details: { expiresAt: new Date(expires).toISOString() } },
      { event: 'scrape.refused', via: 'scrape', details: { reason: 'expired', name: 'Short-lived' } },
    ]);
  },
);
