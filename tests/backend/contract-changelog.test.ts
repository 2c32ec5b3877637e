import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../contract/metrics.ts';

test('a change of the contract has an entry in the changelog', () => {
  const fingerprint = createHash('sha256').update(JSON.stringify(catalogue)).digest('hex').slice(0, 16);
  const changelog = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
  const newest = changelog.split('\n## ')[1] ?? '';
  expect(newest, 'say in CHANGELOG.md what changed, and put the new fingerprint there').toContain(
    `Contract: ${fingerprint}`,
  );
});
