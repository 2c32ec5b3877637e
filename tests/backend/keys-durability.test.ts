/** The calls are looked at, because no test can cut the power. */
import type * as Fs from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadSigningKeys } from '../../backend/auth/signing-keys.ts';
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

test('a key is on disk before it gets its name, and no other process finds half of it', async () => {
  await loadSigningKeys(join(temporaryFolder(), 'jwt-key.json'));
  const names = ['jwt-key.json', 'audit-key.json', 'secrets-key.json'];
  expect(calls.done).toEqual(
    names.flatMap((name) => [
      ['written', expect.stringMatching(`^${name}\\.[0-9a-f]{16}$`), { mode: 0o600, flush: true, flag: 'wx' }],
      ['named', name],
    ]),
  );
});
