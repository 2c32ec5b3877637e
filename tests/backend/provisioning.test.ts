import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../backend/config/config.ts';
import { SCRAPE_JOB } from '../../contract/alerts/appliance.ts';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { DATASOURCE_UID, FOLDER } from '../../contract/documents/generated-files.ts';
import { originOf, read, root, services, yaml, type Service, type ServiceEntry } from '../support/compose.ts';
import { temporaryFolder } from '../support/folder.ts';
import { alerting, app, datasource, prometheusConfig, provider, vectorConfig } from '../support/provisioning.ts';
import { testWith } from '../tools.ts';

const base = services('docker-compose.yaml');
const overlay = services('docker-compose.production.yaml');
const composeFile = yaml<{ services: Record<string, ServiceEntry>; volumes: object }>('docker-compose.yaml');
const { setup, backend, grafana, prometheus, clickhouse, vector } = base;
const grafanaEnvironment = grafana!.environment!;
const dockerfile = read('Dockerfile');
const script = read('scripts/first-secrets.mjs');
/** Files that the one-shot step makes, below its secrets' folder. */
const made = ['grafana/api-token', 'grafana/admin-password', 'prometheus/scrape-token'];
const ofClickHouse = ['clickhouse-users/vitals.xml', 'clickhouse-password/password'];

/** A secret that a service reads comes from a volume into which the one-shot step writes it. */
function expectMade(service: Service, path: string): void {
  const origin = originOf(service, path);
  expect(origin?.mount, path).toMatchObject({ isVolume: true, readOnly: true });
  const written = setup!.mounts.find(({ source }) => source === origin!.mount.source);
  const file = `${written?.target.replace(/^\/run\//, '')}/${origin!.rest}`;
  expect([...made, ...ofClickHouse], `${path} is made by scripts/first-secrets.mjs`).toContain(file);
  expect(written?.readOnly).toBe(false);
}

describe('docker-compose.yaml', () => {
  test('has the whole stack', () => {
    expect(Object.keys(base).sort()).toEqual(['backend', 'clickhouse', 'grafana', 'prometheus', 'setup', 'vector']);
  });

  test('every image is pinned by its version, here and in the Dockerfile', () => {
    const stages = [...dockerfile.matchAll(/^FROM (\S+)(?: AS (\S+))?$/gm)];
    const named = stages.map(([, , name]) => name);
    const images = [
      ...Object.values(base).map(({ image }) => image as string),
      ...stages.map(([, image]) => image ?? '').filter((image) => !named.includes(image)),
    ];
    expect(images.length).toBeGreaterThan(7);
    for (const image of images) expect(image).toMatch(/^[a-z0-9/-]+:v?\d+\.\d+\.\d+(\.\d+)?(-[a-z]+)*$/);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const image of [setup, backend, grafana].map((one) => one!.image)) expect(image).toMatch(`:${version}`);
    expect(grafana!.image).toContain('grafana');
    expect(dockerfile).toMatch(/^FROM grafana\/grafana:13\./m);
  });

  test('every path of the repository that is mounted exists, read-only, and every volume is declared and used', () => {
    const mounts = [...Object.values(base), ...Object.values(overlay)].flatMap((service) => [...service.mounts]);
    for (const { source, readOnly, isVolume } of mounts.filter((one) => !one.isVolume)) {
      expect({ source, readOnly, isVolume }).toEqual({ source, readOnly: true, isVolume: false });
      if (source !== './tls') expect(existsSync(join(root, source)), source).toBe(true);
    }
    const volumes = new Set(mounts.filter(({ isVolume }) => isVolume).map(({ source }) => source));
    expect(Object.keys(composeFile.volumes).sort()).toEqual([...volumes].sort());
  });

  test('our services have a read-only root, no capabilities, and are reached from this machine only', () => {
    for (const service of [setup, backend, grafana, prometheus, vector]) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
    const ports = Object.values(base).flatMap((service) => service.ports ?? []);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('whoever needs a secret waits for the step that makes it, and no secret is committed', () => {
    const readers = Object.entries(base).filter(([name, { mounts }]) => {
      const secrets = setup!.mounts.filter(({ target }) => target.startsWith('/run/')).map(({ source }) => source);
      return name !== 'setup' && mounts.some(({ source }) => secrets.includes(source));
    });
    expect(readers.map(([name]) => name).sort()).toEqual(['backend', 'clickhouse', 'grafana', 'prometheus']);
    for (const [, { depends_on }] of readers) {
      expect(depends_on).toEqual({ setup: { condition: 'service_completed_successfully' } });
    }
    const files = ['docker-compose.yaml', 'docker-compose.production.yaml', 'provisioning/plugins/app.yaml'];
    for (const text of [...files.map(read), dockerfile]) {
      expect(text).not.toMatch(/vst_[A-Za-z0-9]{10}|eyJ[A-Za-z0-9]{10}|PASSWORD: |apiToken: [^$]/);
    }
  });

  test('a secret’s volume stays the property of the one who writes it', () => {
    for (const name of ['backend', 'grafana', 'prometheus', 'clickhouse']) {
      const volumes = composeFile.services[name]!.volumes!;
      const secrets = volumes.filter((one) => typeof one !== 'string' && one.read_only === true);
      expect(secrets).toMatchObject([{ volume: { nocopy: true } }]);
    }
  });
});

describe('the secrets', () => {
  test('are the ones that the readers’ own configurations name', () => {
    const [, apiToken] = /^\$__file\{(.+)\}$/.exec(app.secureJsonData.apiToken) ?? [];
    expectMade(grafana!, apiToken!);
    expectMade(grafana!, grafanaEnvironment['GF_SECURITY_ADMIN_PASSWORD__FILE']!);
    expectMade(
      prometheus!,
      prometheusConfig('provisioning/prometheus/prometheus.yml').scrape_configs[0].authorization.credentials_file,
    );
    expectMade(backend!, loadConfig(join(root, 'provisioning/backend/config.yaml')).clickhouse!.password_file!);
    expectMade(clickhouse!, '/etc/clickhouse-server/users.d/vitals.xml');
    for (const file of made) expect(script).toContain(`'${file}'`);
    for (const file of ofClickHouse) expect(script).toContain(`/${file}\``);
  });

  test('are written with the same database and keys that the backend uses', () => {
    for (const target of ['/data', '/etc/vitals/config.yaml']) {
      const [one, other] = [setup, backend].map((service) => originOf(service!, target)?.mount.source);
      expect(one).toBe(other);
    }
    expect(setup!.command).toEqual(['node', 'scripts/first-secrets.mjs']);
    expect(setup!.image).toBe(backend!.image);
  });
});

describe.each([
  ['docker-compose.yaml', 'provisioning/backend/config.yaml', base],
  ['docker-compose.production.yaml', 'provisioning/production/config.yaml', merged()],
])('the backend of %s', (_name, file, stack) => {
  const config = loadConfig(join(root, file));

  test('has a configuration that it accepts, mounted where the image expects it', () => {
    expect(originOf(stack['backend']!, '/etc/vitals/config.yaml')?.mount.source).toBe(`./${file}`);
    expect(dockerfile).toContain('VITALS_CONFIG=/etc/vitals/config.yaml');
    expect(config).toMatchObject({ prometheus: { enabled: true }, server: { host: '0.0.0.0', port: 9470 } });
  });

  test('keeps everything it writes on its volume', () => {
    for (const path of [config.database.url.replace('sqlite:', ''), config.auth.key_file, config.ingest.spool_dir]) {
      expect(originOf(stack['backend']!, path)?.mount).toMatchObject({ source: 'backend-data', readOnly: false });
    }
  });

  test('believes the identities of this Grafana', () => {
    const environment = stack['grafana']!.environment!;
    const { jwks_url, issuer, org_id } = config.auth.grafana!;
    const scheme = environment['GF_SERVER_PROTOCOL'] ?? 'http';
    expect(jwks_url).toBe(`${scheme}://grafana:3000/api/signing-keys/keys`);
    const rootUrl = environment['GF_SERVER_ROOT_URL']!.replace(/\$\{GRAFANA_HOST[^}]*\}/, 'grafana.example.com');
    expect(issuer).toBe(rootUrl);
    expect(app.org_id).toBe(org_id);
    expect(app.jsonData.backendUrl).toBe('$VITALS_BACKEND_URL');
    expect(environment['VITALS_BACKEND_URL']).toBe(`${config.server.tls ? 'https' : 'http'}://backend:9470`);
  });

  test('finds ClickHouse and Vector under the names of their services', () => {
    expect(new URL(config.clickhouse!.url).hostname in stack).toBe(true);
    expect(config.clickhouse!.username).toBe('vitals');
    expect(script).toContain('<vitals>');
    const sink = new URL(config.notifications.vector!.url);
    expect(sink.hostname in stack).toBe(true);
    const { sources, sinks } = vectorConfig;
    expect(sources.vitals).toMatchObject({ type: 'http_server', address: `0.0.0.0:${sink.port}` });
    expect(sources.vitals).toMatchObject({ framing: { method: 'newline_delimited' }, decoding: { codec: 'json' } });
    for (const { inputs } of Object.values(sinks)) expect(inputs).toEqual(['vitals']);
  });
});

describe('Grafana', () => {
  test('has one data source, whose uid the alert rules name and whose interval is the scrape interval', () => {
    expect(datasource).toMatchObject({ uid: DATASOURCE_UID, type: 'prometheus', isDefault: true });
    expect(new URL(datasource.url).hostname in base).toBe(true);
    const queries = alerting.flatMap(({ rules }) => rules).flatMap(({ data }) => data);
    expect(new Set(queries.map(({ datasourceUid }) => datasourceUid))).toEqual(new Set([DATASOURCE_UID, '__expr__']));
    const { scrape_interval } = prometheusConfig('provisioning/prometheus/prometheus.yml').global;
    expect(datasource.jsonData.timeInterval).toBe(scrape_interval);
  });

  test('finds the dashboards where its provider looks, in the folder of the alert rules', () => {
    expect(originOf(grafana!, provider.options.path)).toMatchObject({
      mount: { source: './provisioning/dashboards' },
      rest: '',
    });
    expect(provider.folder).toBe(FOLDER);
    for (const { uid } of dashboards) expect(existsSync(join(root, `provisioning/dashboards/${uid}.json`))).toBe(true);
    for (const group of alerting) expect(group.folder).toBe(FOLDER);
  });

  test('reads every kind of provisioning, and has every variable that it names', () => {
    for (const kind of ['plugins', 'datasources', 'dashboards', 'alerting']) {
      expect(originOf(grafana!, `/etc/grafana/provisioning/${kind}`)?.mount.source).toBe(`./provisioning/${kind}`);
    }
    const files = ['plugins/app', 'datasources/prometheus', 'dashboards/provider'];
    for (const text of files.map((file) => read(`provisioning/${file}.yaml`).replaceAll(/#.*/g, ''))) {
      for (const [, name] of text.matchAll(/\$(?!__)\{?(\w+)/g)) expect(grafanaEnvironment).toHaveProperty(name!);
    }
  });

  test('has the plugin, by the id that everything names', () => {
    const id = 'appliance-vitals-app';
    expect(dockerfile).toContain(`COPY --from=build /app/dist ${grafanaEnvironment['GF_PATHS_PLUGINS']!}/${id}`);
    expect(grafanaEnvironment['GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS']).toBe(id);
    expect(app.type).toBe(id);
  });
});

describe('the Dockerfile', () => {
  const stage = (name: string) =>
    dockerfile.split(/^FROM /m).find((text) => text.split('\n')[0]!.endsWith(` AS ${name}`))!;

  test('brings what makes SQLite loadable before it installs', () => {
    expect(stage('packages').indexOf('COPY scripts/install-sqlite.mjs')).toBeGreaterThan(0);
    expect(stage('packages').indexOf('COPY scripts/install-sqlite.mjs')).toBeLessThan(
      stage('packages').indexOf('npm ci'),
    );
  });

  test('runs the backend as a user without rights, and asks it how it is', () => {
    const text = stage('backend');
    expect(text.lastIndexOf('USER node')).toBeGreaterThan(text.lastIndexOf('RUN '));
    expect(text).toMatch(/HEALTHCHECK .*\n? .*CMD \["node", "build\/bin\/vitals.js", "healthcheck"\]/);
    expect(text).toContain('CMD ["node", "build/bin/vitals.js", "serve"]');
  });

  test('copies only what exists, or what a stage before it made', () => {
    const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, from]) => from!.split(' '));
    expect(copies.length).toBeGreaterThan(4);
    for (const path of copies) expect(existsSync(join(root, path)), path).toBe(true);
    for (const { target } of setup!.mounts.filter(({ readOnly }) => !readOnly))
      expect(stage('backend')).toContain(target);
  });
});

describe('Prometheus', () => {
  const files = ['provisioning/prometheus/prometheus.yml', 'provisioning/production/prometheus.yml'];

  test.each(files)('%s scrapes the backend in the job that the rules name', (file) => {
    const [job, ...others] = prometheusConfig(file).scrape_configs;
    expect(others).toEqual([]);
    expect(job).toMatchObject({
      job_name: SCRAPE_JOB,
      metrics_path: '/api/metrics/prometheus',
      scheme: file.includes('production') ? 'https' : 'http',
      static_configs: [{ targets: ['backend:9470'] }],
    });
  });

  test('every alert is provisioned once: Grafana has the rules, Prometheus has none', () => {
    for (const stack of [base, merged()]) {
      const mounted = (name: string) => stack[name]!.mounts.map(({ source }) => source);
      expect(mounted('grafana')).toContain('./provisioning/alerting');
      expect(mounted('prometheus').filter((source) => /rules|alert/.test(source))).toEqual([]);
    }
    for (const file of files) expect(prometheusConfig(file)).not.toHaveProperty('rule_files');
    expect(alerting.flatMap(({ rules }) => rules).length).toBeGreaterThan(10);
  });

  testWith('promtool', 'promtool finds no fault with either configuration', ({ promtool }) => {
    for (const file of files) {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'run'));
      const config = prometheusConfig(file);
      const here = (path: string) => {
        const file = join(folder, 'run', basename(path));
        writeFileSync(file, '');
        return file;
      };
      const [{ authorization, tls_config }] = config.scrape_configs;
      authorization.credentials_file = here(authorization.credentials_file);
      if (tls_config) tls_config.ca_file = here(tls_config.ca_file);
      writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
      const { status, stdout, stderr } = spawnSync(promtool, ['check', 'config', 'prometheus.yml'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect({ status, output: `${stdout}${stderr}` }).toMatchObject({
        status: 0,
        output: expect.stringContaining('SUCCESS'),
      });
    }
  });
});

test('in production whatever leaves a container is encrypted', () => {
  const stack = merged();
  expect(stack['grafana']!.environment).toMatchObject({
    GF_SERVER_PROTOCOL: 'https',
    GF_SECURITY_COOKIE_SECURE: 'true',
  });
  expect(overlay['prometheus']!.ports).toEqual([]);
  const published = Object.entries(stack).filter(([, service]) => (service.ports?.length ?? 0) > 0);
  expect(published.map(([name]) => name).sort()).toEqual(['backend', 'grafana']);
  expect(loadConfig(join(root, 'provisioning/production/config.yaml')).server.tls).toBeDefined();
  const used = ['grafana', 'backend'].map((name) => originOf(stack[name]!, '/run/tls')?.mount.source);
  expect(used).toEqual(['./tls', './tls']);
  expect(read('.gitignore')).toMatch(/^tls\/$/m);
  expect(read('.dockerignore')).toMatch(/^tls$/m);
});

/** As compose lays one file over the other: keys of maps are merged, a mount replaces the one with its target. */
function merged(): Record<string, Service> {
  return Object.fromEntries(
    Object.entries(base).map(([name, below]) => {
      const above = overlay[name];
      if (!above) return [name, below];
      const targets = above.mounts.map(({ target }) => target);
      const mounts = [...below.mounts.filter(({ target }) => !targets.includes(target)), ...above.mounts];
      return [name, { ...below, ...above, environment: { ...below.environment, ...above.environment }, mounts }];
    }),
  );
}
