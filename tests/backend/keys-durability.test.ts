/** The calls are looked at, because no test can cut the power. */
import type * as Fs from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const calls = vi.hoisted(() => ({ done: [] as [string, string, object?][] }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  return {
    ...fs,
    writeFileSync(path: string, text: string, options: object) {
      fs.writeFileSync(path, text, options);
      calls.done.push(['written', basename(path), options]);
    },
    linkSync(from: string, to: string) {
      fs.linkSync(from, to);
      calls.done.push(['named', basename(to)]);
    },
  };
});

afterAll(() => vi.resetModules());

test('a key is on disk before it gets its name, and no other process finds half of it', async () => {
  vi.resetModules(); // loaded by a file before, it would have the file system as it is
  const { loadSigningKeys } = await import('../../backend/auth/signing-keys.ts');
  await loadSigningKeys(join(temporaryFolder(), 'jwt-key.json'));
  const names = ['jwt-key.json', 'audit-key.json', 'secrets-key.json'];
  expect(calls.done).toEqual(
    names.flatMap((name) => [
      ['written', expect.stringMatching(`^${name}\\.[0-9a-f]{16}$`), { mode: 0o600, flush: true, flag: 'wx' }],
      ['named', name],
    ]),
  );
});
