import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyProject } from '../support/start.ts';

test('what a browser loads is bundled again where a source or the bundle itself changed, and otherwise kept', () => {
  const copy = copyProject();
  const bundle = () => spawnSync(process.execPath, ['scripts/bundles.mjs'], { cwd: copy, encoding: 'utf8' }).stderr;
  bundle();
  expect(bundle()).toBe('');

  appendFileSync(join(copy, 'src/lib/constants.ts'), '\n');
  expect(bundle()).toBe('Bundling the plugin …\n');
  const module = readFileSync(join(copy, 'dist/module.js'), 'utf8');
  appendFileSync(join(copy, 'dist/module.js'), '// half of another build');
  expect(bundle()).toBe('Bundling the plugin …\n');
  expect(readFileSync(join(copy, 'dist/module.js'), 'utf8')).toBe(module);
  expect(bundle()).toBe('');
});
