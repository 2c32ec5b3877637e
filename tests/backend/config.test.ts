import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigError } from '../../backend/config/error.ts';
import { checkConfig, loadConfig } from '../../backend/config/config.ts';
import { temporaryFolder } from '../support/folder.ts';

const example = new URL('../../config.example.yaml', import.meta.url);

function file(text: string | Buffer): string {
  const path = join(temporaryFolder(), 'config.yaml');
  writeFileSync(path, text);
  return path;
}

/** The lines that a person gets to read. */
function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split(/[\n\r]/);
  }
  return ['none'];
}

/** The only line. */
function problemOf(work: () => unknown): string {
  const [problem = '', ...others] = problemsOf(work);
  expect(others).toEqual([]);
  return problem;
}

const defaults = (base: string) => ({
  server: { host: '127.0.0.1', port: 9470, trusted_proxies: [], max_connections: 1000 },
  database: { url: `sqlite:${base}/data/vitals.db` },
  prometheus: {
    enabled: false,
    catalogues: [],
    source_hosts: [],
    auth: { basic_password: false, query_token: false, anonymous: false, anonymous_networks: [] },
    provisioned_tokens: [],
  },
  tokens: {},
  retention: { audit_days: 730, alarms_days: 90, notifications_days: 30 },
  auth: { key_file: `${base}/data/jwt-key.json` },
  ingest: { spool_dir: `${base}/data/spool`, spool_max_mb: 256 },
  storage: { min_free_mb: 512 },
  appliance: { go_version: 'none' },
  alarms: { tick_seconds: 15 },
  notifications: {},
});

describe('defaults', () => {
  test('hold where nothing is set', () => {
    expect(checkConfig(undefined, '/srv')).toEqual(defaults('/srv'));
    expect(checkConfig({ server: {}, auth: {} }, '/srv')).toEqual(defaults('/srv'));
    expect(loadConfig(file(''))).toHaveProperty('server.port', 9470);
    expect(loadConfig(file('# only a comment'))).toHaveProperty('server.port', 9470);
  });

  test('are exactly what config.example.yaml shows', () => {
    const text = readFileSync(example, 'utf8');
    expect(checkConfig(parse(text), '/srv')).toEqual(checkConfig({}, '/srv'));
    // Not only is nothing different in it: every setting that has a default is there.
    const shown = parse(text) as Record<string, object>;
    const keys = (settings: object) =>
      Object.entries(settings).map(([name, section]) => [name, Object.keys(section as object).sort()]);
    expect(keys(shown)).toEqual(keys(defaults('/srv')));
  });

  test('and each setting that the example only mentions is one that exists', () => {
    const text = readFileSync(example, 'utf8');
    const uncommented = (section: string) =>
      parse(
        text
          .slice(text.indexOf(section))
          .split('\n')
          .slice(0, 4)
          .join('\n')
          .replaceAll(/^ {2}# /gm, ''),
      ) as Record<string, unknown>;
    expect(problemOf(() => checkConfig({ server: uncommented('  # tls:') }, '/srv'))).toBe('none');
    expect(problemOf(() => checkConfig({ auth: uncommented('  # grafana: # believe') }, '/srv'))).toBe('none');
    const tokens = text.slice(text.indexOf('  # provisioned_tokens:')).split('\n').slice(0, 5).join('\n');
    const prometheus = parse(tokens.replaceAll(/^ {2}# /gm, '')) as Record<string, unknown>;
    expect(checkConfig({ prometheus }, '/srv').prometheus.provisioned_tokens).toHaveLength(1);
    const trusting = text.slice(text.indexOf('  # grafana: # only')).split('\n').slice(0, 3).join('\n');
    const auth = parse(trusting.replaceAll(/^ {2}# /gm, '')) as Record<string, unknown>;
    expect(problemOf(() => checkConfig({ auth }, '/srv'))).toBe('none');
  });

  test('give way to a config.yaml in the current folder where no file is named', () => {
    const [empty, folder] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(folder, 'config.yaml'), 'server: {port: 1234}');
    const before = process.cwd();
    onTestFinished(() => {
      process.chdir(before);
    });
    process.chdir(empty);
    expect(loadConfig(undefined)).toEqual(defaults(empty));
    process.chdir(folder);
    expect(loadConfig(undefined)).toEqual({ ...defaults(folder), server: { ...defaults(folder).server, port: 1234 } });
  });
});

describe('a wrong type or value is named by its path:', () => {
  const wrong: [string, unknown][] = [
    ['server', []],
    ['server', 'here'],
    ['server', null],
    ['server.host', 127],
    ['server.host', ''],
    ['server.port', '9470'],
    ['server.port', 9470.5],
    ['server.port', -1],
    ['server.port', 65536],
    ['server.port', NaN],
    ['server.port', null],
    ['server.trusted_proxies', '10.0.0.1'],
    ['server.trusted_proxies.0', [10]],
    ['server.trusted_proxies.0', ['proxy.example']],
    ['server.trusted_proxies.1', ['10.0.0.1', '10.0.0.0/33']],
    ['server.trusted_proxies.0', ['::/129']],
    ['server.trusted_proxies.0', ['10.0.0.0/']],
    ['server.trusted_proxies.0', ['10.0.0.0/8/8']],
    ['server.trusted_proxies.0', ['10.0.0.0/-1']],
    ['server.tls', true],
    ['server.tls', { cert_file: 'cert.pem' }],
    ['server.tls.cert_file', { cert_file: 1, key_file: 'key.pem' }],
    ['server.tls.key_file', { cert_file: 'cert.pem', key_file: '' }],
    ['database.url', 1],
    ['database.url', 'postgres://db/vitals'],
    ['database.url', 'sqlite:'],
    ['prometheus.enabled', 'yes'],
    ['prometheus.enabled', 1],
    ['auth.key_file', false],
    ['auth.key_file', ''],
    ['auth.grafana', 'http://grafana'],
    ['auth.grafana.jwks_url', { jwks_url: 'ftp://grafana/keys', issuer: 'i', org_id: 1 }],
    ['auth.grafana.jwks_url', { jwks_url: 'http://', issuer: 'i', org_id: 1 }],
    ['auth.grafana.jwks_url', { jwks_url: 'http://gra fana/keys', issuer: 'i', org_id: 1 }],
    ['auth.grafana.jwks_url', { jwks_url: 'http://grafana:99999/keys', issuer: 'i', org_id: 1 }],
    ['auth.grafana.jwks_url', { jwks_url: 'http://user:canary@grafana/keys', issuer: 'i', org_id: 1 }],
    ['auth.grafana.issuer', { jwks_url: 'http://grafana/keys', issuer: '', org_id: 1 }],
    ['auth.grafana.org_id', { jwks_url: 'http://grafana/keys', issuer: 'i', org_id: '1' }],
    ['auth.grafana.org_id', { jwks_url: 'http://grafana/keys', issuer: 'i', org_id: 0 }],
    ['auth.grafana.trust_context', { trust_context: 'true', org_id: 1 }],
    ['appliance.go_version', 1.24],
    ['appliance.go_version', 'go 1.24'],
    ['appliance.go_version', 'a'.repeat(65)],
  ];
  /** Puts the value where the path says; an index or a key below an object is in the value itself. */
  function settings(path: string, value: unknown): object {
    const keys = path.split('.').filter((key) => !/^\d+$/.test(key));
    const below =
      typeof value === 'object' && value !== null && !Array.isArray(value) && keys.length > 2 ? 2 : keys.length;
    return keys.slice(0, below).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
  }
  test.each(wrong)('%s: %j', (path, value) => {
    expect(problemOf(() => checkConfig(settings(path, value), '/srv'))).toMatch(
      new RegExp(`^${path.replaceAll('.', '\\.')}: .+\\.$`),
    );
  });
});

describe('an unknown key is named by its path:', () => {
  const unknown: [string, object][] = [
    ['servers', { servers: {} }],
    ['server.prot', { server: { prot: 1 } }],
    ['server.tls.ca_file', { server: { tls: { cert_file: 'a', key_file: 'b', ca_file: 'c' } } }],
    ['database.path', { database: { path: 'a' } }],
    ['prometheus.path', { prometheus: { path: '/metrics' } }],
    ['auth.secret', { auth: { secret: 'canary' } }],
    ['auth.grafana.jwk_url', { auth: { grafana: { jwk_url: 'http://grafana' } } }],
    ['appliance.node_version', { appliance: { node_version: '20' } }],
  ];
  test.each(unknown)('%s', (path, settings) => {
    const [problem] = problemsOf(() => checkConfig(settings, '/srv'));
    expect(problem).toBe(`${path}: there is no such setting. See config.example.yaml.`);
  });

  test.each(['__proto__', 'constructor', 'toString'])('%s, which every object has', (key) => {
    expect(problemOf(() => loadConfig(file(`${key}: {polluted: 1}\n`)))).not.toBe('none');
    expect(problemOf(() => loadConfig(file(`server: {${key}: {polluted: 1}}\n`)))).not.toBe('none');
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('where others reach the backend', () => {
  const publicUrl = (public_url: unknown) => checkConfig({ server: { public_url } }, '/srv').server.public_url;

  test.each([
    ['https://appliance.example.com', 'https://appliance.example.com'],
    ['https://appliance.example.com/', 'https://appliance.example.com'],
    ['http://192.0.2.7:9470', 'http://192.0.2.7:9470'],
    ['http://[2001:db8::7]:9470/', 'http://[2001:db8::7]:9470'],
    ['HTTPS://Appliance.Example.com:443/', 'https://appliance.example.com'],
  ])('%s is %s', (given, kept) => {
    expect(publicUrl(given)).toBe(kept);
  });

  test('may be left unsaid', () => {
    expect(checkConfig({}, '/srv').server).not.toHaveProperty('public_url');
  });

  test.each([
    ['appliance.example.com', /http:\/\/ or https:\/\//],
    ['ftp://appliance', /http:\/\/ or https:\/\//],
    ['http://', /http:\/\/ or https:\/\//],
    ['http://a b', /http:\/\/ or https:\/\//],
    ['', /http:\/\/ or https:\/\//],
    ['https://ada:secret@appliance', /user name or a password/],
    ['https://ada@appliance', /user name or a password/],
    ['https://appliance/vitals', /without a path/],
    ['https://appliance//', /without a path/],
    ['https://appliance/?a=b', /without a path/],
    ['https://appliance?', /without a path/],
    ['https://appliance/#a', /without a path/],
    [7, /string/],
  ])('%j is refused, by its key', (given, why) => {
    const problem = problemOf(() => publicUrl(given));
    expect(problem).toMatch(/^server\.public_url: /);
    expect(problem).toMatch(why);
    expect(problem).not.toContain('secret');
  });
});

describe('who is believed about Grafana’s users', () => {
  const jwks = { jwks_url: 'https://grafana/keys', issuer: 'https://grafana/', org_id: 1 };
  const without = (key: keyof typeof jwks) => Object.fromEntries(Object.entries(jwks).filter(([name]) => name !== key));
  const check = (grafana: object) => problemOf(() => checkConfig({ auth: { grafana } }, '/srv'));

  test('jwks_url, issuer and org_id are required together', () => {
    expect(check(jwks)).toBe('none');
    for (const key of ['jwks_url', 'issuer', 'org_id'] as const) {
      expect(check(without(key))).toBe(`auth.grafana.${key}: jwks_url, issuer and org_id are required together.`);
    }
    const all = (grafana: object) => problemsOf(() => checkConfig({ auth: { grafana } }, '/srv'));
    for (const [grafana, missing] of [
      [{}, 3],
      [{ trust_context: false, org_id: 1 }, 2],
    ] as const) {
      expect(all(grafana)).toEqual(Array(missing).fill(expect.stringContaining('required together')));
    }
  });

  test('trust_context stands alone with an org_id, never beside a JWKS', () => {
    expect(check({ trust_context: true, org_id: 1 })).toBe('none');
    expect(check({ trust_context: true })).toMatch(/^auth\.grafana\.org_id: /);
    expect(check({ ...jwks, trust_context: true })).toMatch(/^auth\.grafana\.trust_context: /);
    expect(check({ ...without('jwks_url'), trust_context: true })).toMatch(/^auth\.grafana\.trust_context: /);
  });
});
