import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../backend/config/error.ts';
import { loadConfig } from '../../backend/config/config.ts';
import { temporaryFolder } from '../support/folder.ts';

function file(text: string | Buffer): string {
  const path = join(temporaryFolder(), 'config.yaml');
  writeFileSync(path, text);
  return path;
}

/** The one line that a person gets to read. */
function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message } = error as ConfigError;
    expect(message).not.toMatch(/[\n\r]/);
    return message;
  }
  return 'none';
}

describe('a file that cannot be used is one line', () => {
  const bad: [string, string | Buffer, RegExp][] = [
    ['broken YAML', 'server: {port: 1', /is not valid YAML: /],
    ['a tab for an indent', 'server:\n\tport: 1', /is not valid YAML: /],
    ['a key twice', 'server: {port: 1}\nserver: {port: 2}', /is not valid YAML: .*unique/],
    ['two documents', 'server: {}\n---\nserver: {}', /is not valid YAML: /],
    ['a list', '- server', /has to be a mapping/],
    ['a word', 'server', /has to be a mapping/],
    ['binary', Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80]), /./],
    ['an alias to nothing', 'server: *nothing', /./],
  ];
  test.each(bad)('%s', (_what, text, expected) => {
    expect(problemOf(() => loadConfig(file(text)))).toMatch(expected);
  });

  test('aliases that multiply are refused before they fill the memory', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(`*${of}`).join(',')}]`;
    const names = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...names.map((name, index) => level(name, index === 0 ? 'a' : names[index - 1]!)),
    ];
    expect(problemOf(() => loadConfig(file(bomb.join('\n'))))).toMatch(/aliases/);
  });

  test('a missing file, a folder', () => {
    const folder = temporaryFolder();
    expect(problemOf(() => loadConfig(join(folder, 'none.yaml')))).toMatch(/none\.yaml cannot be read \(ENOENT\)\.$/);
    mkdirSync(join(folder, 'folder'));
    expect(problemOf(() => loadConfig(join(folder, 'folder')))).toMatch(/cannot be read \(EISDIR\)\.$/);
  });
});

test('relative paths are relative to the file, absolute ones stay', () => {
  const path = file(
    'database: {url: "sqlite:../db/v.db"}\nauth: {key_file: ./k.json}\nserver: {tls: {cert_file: /etc/c.pem, key_file: k.pem}}',
  );
  const folder = join(path, '..');
  expect(loadConfig(path)).toMatchObject({
    database: { url: `sqlite:${join(folder, '..', 'db', 'v.db')}` },
    auth: { key_file: join(folder, 'k.json') },
    server: { tls: { cert_file: '/etc/c.pem', key_file: join(folder, 'k.pem') } },
  });
});
