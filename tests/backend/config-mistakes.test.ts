import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../backend/config/config.ts';
import { InvalidConfig } from '../../backend/config/error.ts';
import { runVitals } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';

function file(text: string): string {
  const path = join(temporaryFolder(), 'config.yaml');
  writeFileSync(path, text);
  return path;
}

/** Each mistake as `line path`. */
function placesIn(text: string): string[] {
  try {
    loadConfig(file(text));
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConfig);
    return (error as InvalidConfig).mistakes.map(({ line, path }) => `${line ?? '?'} ${path}`);
  }
  return [];
}

const many = `# a comment
server:
  port: 70000
  prot: 1
  trusted_proxies:
    - 10.0.0.0/8
    - '*'
    - 10.0.0.7/8
  public_url: ftp://appliance
  tls: {cert_file: cert.pem}
promtheus:
  enabled: true
prometheus:
  enabled: yes
  auth:
    anonymous: true
    anonymous_networks: ['::1/64', '[::1]', '10.0.0.1:80']
  source_hosts: ['*', 'exporter:9100']
  provisioned_tokens:
    - name: ''
      sha256: zz
    - {name: "\u200b", sha256: ${'a'.repeat(64)}, expires_at: tomorrow}
auth:
  grafana:
    org_id: 1
clickhouse:
  url: ftp://clickhouse
notifications:
  vector:
    url: http://ada:canary@vector
`;

describe('every mistake is named, with its path and its line', () => {
  test('those of the schema and those of the checks, in the order of the file', () => {
    expect(placesIn(many)).toEqual([
      '3 server.port',
      '4 server.prot',
      '7 server.trusted_proxies.1',
      '8 server.trusted_proxies.2',
      '9 server.public_url',
      '10 server.tls',
      '11 promtheus',
      '14 prometheus.enabled',
      '17 prometheus.auth.anonymous_networks.0',
      '17 prometheus.auth.anonymous_networks.1',
      '17 prometheus.auth.anonymous_networks.2',
      '18 prometheus.source_hosts.0',
      '18 prometheus.source_hosts.1',
      '20 prometheus.provisioned_tokens.0.name',
      '21 prometheus.provisioned_tokens.0.sha256',
      '25 auth.grafana.jwks_url',
      '25 auth.grafana.issuer',
      '27 clickhouse.url',
      '30 notifications.vector.url',
    ]);
  });

  test('the checks of a list are made once the schema has nothing against it', () => {
    expect(
      placesIn(`prometheus:\n  provisioned_tokens:\n    - name: "\\u200b"\n      sha256: ${'a'.repeat(64)}\n`),
    ).toEqual(['3 prometheus.provisioned_tokens.0.name']);
  });

  test('a section that is no mapping is one mistake, not many', () => {
    expect(placesIn('server: 5\nprometheus:\n  auth: 6\n')).toEqual(['1 server', '3 prometheus.auth']);
  });

  test('of YAML, too', () => {
    expect(placesIn('server: {port: 1}\nserver: {port: 2}\nauth: {}\nauth: {}\n')).toEqual(['2 ', '4 ']);
  });

  test('where an alias stands, the line is that of what it stands for or of itself', () => {
    expect(placesIn('server: &all\n  port: x\n')).toEqual(['2 server.port']);
  });
});

describe('the command `config check`', () => {
  test('prints a line each, which ends with file and line, and exits with 1', async () => {
    const path = file('server:\n  port: 70000\n  host: "[::1]"\nalarms:\n  tick_seconds: 0\n');
    const { code, stdout, stderr } = await runVitals('config', 'check', '--config', path);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^server\.port: .+ \(.+config\.yaml:2\)$/),
      `server.host: has to be one address or host name, without brackets, a port or *; 0.0.0.0 or :: listens on all of them. (${path}:3)`,
      expect.stringMatching(/^alarms\.tick_seconds: .+ \(.+config\.yaml:5\)$/),
    ]);
  });

  test('and with --json says the same to a machine', async () => {
    const path = file('server:\n  port: 70000\nalarms:\n  tick_seconds: 0\n');
    const { code, stdout, stderr } = await runVitals('config', 'check', '--json', '--config', path);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      mistakes: [
        { path: 'server.port', line: 2, message: expect.any(String) },
        { path: 'alarms.tick_seconds', line: 4, message: expect.any(String) },
      ],
    });
  });
});
