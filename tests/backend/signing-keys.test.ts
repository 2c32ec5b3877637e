import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSigningKeys } from '../../backend/auth/signing-keys.ts';
import { ConfigError } from '../../backend/config/error.ts';
import { temporaryFolder } from '../support/folder.ts';

const files = ['jwt-key.json', 'audit-key.json', 'secrets-key.json'];

async function problemOf(keyFile: string): Promise<string> {
  const error: unknown = await loadSigningKeys(keyFile).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  const { message } = error as ConfigError;
  expect(message).toMatch(/^auth\.key_file: .+/);
  expect(message).not.toContain('\n');
  return message;
}

test('the first start makes every key, readable by nobody else, and the second start reads them', async () => {
  const folder = join(temporaryFolder(), 'deep', 'data');
  const first = await loadSigningKeys(join(folder, 'jwt-key.json'));
  expect(readdirSync(folder).sort()).toEqual([...files].sort());
  for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const second = await loadSigningKeys(join(folder, 'jwt-key.json'));
  expect(second.jwt.kid).toBe(first.jwt.kid);
  expect(second.audit.key.equals(first.audit.key)).toBe(true);
  expect(first.audit.key).toHaveLength(32);
  expect(second.secrets.key.equals(first.secrets.key)).toBe(true);
  expect(first.secrets.key.equals(first.audit.key)).toBe(false);
});

test('two installs have different keys', async () => {
  const [a, b] = await Promise.all(
    [temporaryFolder(), temporaryFolder()].map((f) => loadSigningKeys(join(f, 'k.json'))),
  );
  expect(a?.jwt.kid).not.toBe(b?.jwt.kid);
  expect(a?.audit.id).not.toBe(b?.audit.id);
});

test('of several that start at once, one makes the keys and all use them', async () => {
  const file = join(temporaryFolder(), 'jwt-key.json');
  const all = await Promise.all(Array.from({ length: 8 }, () => loadSigningKeys(file)));
  expect(new Set(all.map(({ jwt }) => jwt.kid)).size).toBe(1);
  expect(new Set(all.map(({ audit }) => audit.id)).size).toBe(1);
  expect((await loadSigningKeys(file)).jwt.kid).toBe(all[0]?.jwt.kid);
});

test('what a start that died in between left behind is neither used nor in the way', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'jwt-key.json');
  const { jwt } = await loadSigningKeys(file);
  const other = join(folder, 'other.json');
  linkSync(file, `${other}.${process.pid}`); // the draft of a process that had the same id
  await loadSigningKeys(other);
  expect((await loadSigningKeys(file)).jwt.kid).toBe(jwt.kid);
});

describe('a key file that others can open is refused, with the command that mends it', () => {
  test.each(files.flatMap((file) => [0o640, 0o604, 0o660, 0o644, 0o610].map((mode) => [file, mode] as const)))(
    '%s with mode %o',
    async (file, mode) => {
      const folder = temporaryFolder();
      await loadSigningKeys(join(folder, 'jwt-key.json'));
      chmodSync(join(folder, file), mode);
      expect(await problemOf(join(folder, 'jwt-key.json'))).toContain(`chmod 600 ${join(folder, file)}`);
    },
  );
});

describe('a broken key file is refused without a word of what is in it', () => {
  const canary = 'c2VjcmV0LWNhbmFyeQ';
  const broken: [string, string, string][] = [
    ['jwt-key.json', 'half written', `{"kty":"OKP","crv":"Ed25519","d":"${canary}`],
    ['jwt-key.json', 'empty', ''],
    ['jwt-key.json', 'no JSON', canary],
    ['jwt-key.json', 'null', 'null'],
    ['jwt-key.json', 'a list', `["${canary}"]`],
    ['jwt-key.json', 'another kind of key', `{"kty":"oct","k":"${canary}"}`],
    ['jwt-key.json', 'without its private part', `{"kty":"OKP","crv":"Ed25519","x":"${canary}","kid":"a"}`],
    [
      'jwt-key.json',
      'a key that is too short',
      `{"kty":"OKP","crv":"Ed25519","x":"${canary}","d":"${canary}","kid":"a"}`,
    ],
    ['audit-key.json', 'half written', `{"kty":"oct","k":"${canary}`],
    ['audit-key.json', 'a key that is too short', `{"kty":"oct","k":"${canary}"}`],
    ['audit-key.json', 'a number for a key', `{"kty":"oct","k":12}`],
    ['audit-key.json', 'null', 'null'],
    ['secrets-key.json', 'half written', `{"kty":"oct","k":"${canary}`],
    ['secrets-key.json', 'a key that is too short', `{"kty":"oct","k":"${canary}"}`],
  ];
  test.each(broken)('%s: %s', async (file, _what, text) => {
    const folder = temporaryFolder();
    await loadSigningKeys(join(folder, 'jwt-key.json'));
    writeFileSync(join(folder, file), text);
    const problem = await problemOf(join(folder, 'jwt-key.json'));
    expect(problem).toContain(join(folder, file));
    expect(problem).not.toContain(canary);
    expect(problem).not.toContain('Ed25519","');
    expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
  });
});

test('a folder where the key should be, and a folder that cannot be made, are one line each', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'jwt-key.json'), { mode: 0o700 });
  expect(await problemOf(join(folder, 'jwt-key.json'))).toContain('EISDIR');
  writeFileSync(join(folder, 'file'), '');
  expect(await problemOf(join(folder, 'file', 'jwt-key.json'))).toMatch(/ENOTDIR|EEXIST/);
  expect(existsSync(join(folder, 'audit-key.json'))).toBe(false);
});
