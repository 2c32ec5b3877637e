import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changed, greenhouse, writeCatalogue } from '../support/catalogues.ts';
import { runVitals, spawnVitals, type CliResult } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makePlace, type Place } from '../support/place.ts';
import { writeConfig } from '../support/server.ts';
import { selfSigned } from '../support/tls.ts';
import { testWith } from '../tools.ts';

/** Exit code 1 and one sentence on standard error; nothing of the program's insides. */
function expectOneLine(result: CliResult, line: RegExp): void {
  expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) });
  expect(result.stderr).toMatch(line);
  expect(result.stderr).not.toMatch(/\bat .+:\d+:\d+/);
}

async function serve(config: string): Promise<CliResult> {
  return spawnVitals('serve', '--config', config);
}

/** A place where the backend has run before. */
async function usedPlace(): Promise<Place> {
  const place = await makePlace();
  await place.mint('Prometheus');
  return place;
}

describe('serve says in one line why it cannot start, and exits with 1', () => {
  test('a database that is a folder', async () => {
    const place = await makePlace({ settings: { database: { url: 'sqlite:.' } } });
    expectOneLine(await serve(place.config), /^database\.url: .+ cannot be opened: /);
  });

  test('a database below a file', async () => {
    const place = await makePlace({ settings: { database: { url: 'sqlite:config.yaml/vitals.db' } } });
    expectOneLine(await serve(place.config), /^database\.url: .+ cannot be opened: /);
  });

  test('a database file that is something else', async () => {
    const place = await makePlace();
    writeFileSync(place.database, 'This is a letter, not a database.\n'.repeat(100));
    expectOneLine(await serve(place.config), /^database\.url: .+ cannot be opened: file is not a database/);
    expect(readFileSync(place.database, 'utf8')).toMatch(/^This is a letter/);
  });

  test('a database of a newer release', async () => {
    const place = await usedPlace();
    place.sql("insert into kysely_migration (name, timestamp) values ('999-from-the-future', '2099-01-01T00:00:00Z')");
    expectOneLine(await serve(place.config), /^database\.url: this database was written by a newer release/);
  });

  test('a port that is in use', async () => {
    const place = await makePlace();
    const other = createServer().listen(place.port, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    expectOneLine(await serve(place.config), new RegExp(`^server\\.port: ${place.port} on 127\\.0\\.0\\.1 is in use`));
  });

  test('a spool folder that is a file, also where ClickHouse is being asked already', async () => {
    const settings = { clickhouse: { url: 'http://127.0.0.1:1' }, ingest: { spool_dir: 'config.yaml' } };
    const place = await makePlace({ settings });
    const { code, stderr } = await serve(place.config);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^ingest\.spool_dir: [^\n]+ cannot be used: [^\n]+\n$/),
    });
  });

  test('an address that this machine does not have', async () => {
    const place = await makePlace({ settings: { server: { host: '192.0.2.1', port: 9470 } } });
    expectOneLine(await serve(place.config), /^server\.host: 192\.0\.2\.1 is no address of this machine/);
  });

  test.each(['jwt-key.json', 'audit-key.json', 'secrets-key.json'])('%s open to other users', async (name) => {
    const place = await usedPlace();
    const file = join(place.folder, name);
    chmodSync(file, 0o640);
    const result = await serve(place.config);
    expectOneLine(result, /^auth\.key_file: .+ can be read by other users\. Run: chmod 600 /);
    expect(result.stderr).toContain(file);
  });

  test('a key file that is broken, without showing what is in it', async () => {
    const place = await usedPlace();
    const file = join(place.folder, 'jwt-key.json');
    const half = readFileSync(file, 'utf8').slice(0, -20);
    writeFileSync(file, half);
    const result = await serve(place.config);
    expectOneLine(result, /^auth\.key_file: the key .+ cannot be used: it is not valid JSON/);
    expect(result.stderr).not.toContain(half.slice(10, 30));
  });

  test('the audit key of another install', async () => {
    const place = await usedPlace();
    const other = await usedPlace();
    copyFileSync(join(other.folder, 'audit-key.json'), join(place.folder, 'audit-key.json'));
    expectOneLine(await serve(place.config), /^auth\.key_file: the audit-key\.json beside it is not the key/);
  });

  test('an audit key that was lost', async () => {
    const place = await usedPlace();
    rmSync(join(place.folder, 'audit-key.json'));
    expectOneLine(await serve(place.config), /^auth\.key_file: the audit-key\.json beside it is not the key/);
  });

  test('a certificate file that is not there', async () => {
    const tls = { cert_file: 'tls/cert.pem', key_file: 'tls/key.pem' };
    const place = await makePlace({ settings: { server: { tls } } });
    expectOneLine(await serve(place.config), /^server\.tls\.cert_file: .+cert\.pem cannot be read \(ENOENT\)/);
  });

  testWith('openssl', 'a certificate and the key of another one', async ({ openssl }) => {
    const folder = temporaryFolder();
    const one = selfSigned(openssl, folder, 'one');
    const other = selfSigned(openssl, folder, 'other');
    const place = await makePlace({ tls: { cert: one.cert, key: other.key } });
    expectOneLine(await serve(place.config), /^server\.tls: certificate and key cannot be used together: /);
  });

  test.each([
    ['an unknown key', { prometheus: { enable: true } }, /^prometheus\.enable: there is no such setting/],
    ['an unknown section', { promtheus: {} }, /^promtheus: there is no such setting/],
    ['a wrong type', { server: { port: '9470' } }, /^server\.port: /],
    ['a port that does not exist', { server: { port: 70_000 } }, /^server\.port: /],
    ['another kind of database', { database: { url: 'mysql://x' } }, /^database\.url: has to be sqlite:PATH/],
    [
      'nobody needing a credential on every address',
      { server: { host: '0.0.0.0' }, prometheus: { auth: { anonymous: true } } },
      /^prometheus\.auth\.anonymous: is refused while server\.host is 0\.0\.0\.0\./,
    ],
    [
      'a provisioned token for a catalogue that is not there',
      { prometheus: { provisioned_tokens: [{ name: 'a', sha256: 'a'.repeat(64), catalogues: ['other'] }] } },
      /^prometheus\.provisioned_tokens\.0\.catalogues: other is none that a token can name\./,
    ],
  ])('%s in the configuration', async (_what, settings, line) => {
    const config = writeConfig(temporaryFolder(), settings);
    expectOneLine(await serve(config), line);
  });

  test('a catalogue with a mistake, with its line; one that is not there; an exporter on another host', async () => {
    const exporter = "scope: inventory\nsource: { scrape: 'http://exporter.internal/metrics' }\n";
    const cases = [
      [changed(greenhouse, 'type: info', 'type: imfo'), /^\/.+\/catalogue\.yaml:8:11: error: .+has to be one of gauge/],
      [undefined, /none\.yaml: cannot be read \(ENOENT\)/],
      [changed(greenhouse, 'scope: inventory\n', exporter), /^prometheus\.source_hosts: .+exporter\.internal/],
    ] as const;
    for (const [text, line] of cases) {
      const file = text === undefined ? 'none.yaml' : writeCatalogue(text);
      const config = writeConfig(temporaryFolder(), { prometheus: { catalogues: [file] } });
      expectOneLine(await serve(config), line);
      expectOneLine(await runVitals('config', 'check', '--config', config), line);
    }
  });

  test('`config check` says the same without starting', async () => {
    const config = writeConfig(temporaryFolder(), { prometheus: { enable: true } });
    expectOneLine(
      await runVitals('config', 'check', '--config', config),
      /^prometheus\.enable: there is no such setting/,
    );
  });

  test('a configuration file that is missing, a folder, or no YAML', async () => {
    const folder = temporaryFolder();
    expectOneLine(await serve(join(folder, 'none.yaml')), /none\.yaml cannot be read \(ENOENT\)/);
    mkdirSync(join(folder, 'folder.yaml'));
    expectOneLine(await serve(join(folder, 'folder.yaml')), /folder\.yaml cannot be read \(EISDIR\)/);
    writeFileSync(join(folder, 'broken.yaml'), 'server: [1');
    expectOneLine(await serve(join(folder, 'broken.yaml')), /is not valid YAML: .+ \(.+broken\.yaml:1\)$/m);
  });
});
