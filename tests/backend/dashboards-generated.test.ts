import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { PlatformFamily } from '../../contract/catalogue.ts';
import { generatedFiles } from '../../contract/generated.ts';
import { neverExposed } from '../../contract/manifest.ts';
import { catalogue } from '../../contract/metrics.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const files = generatedFiles();

test.each(files.filter(({ format }) => format !== 'markdown'))('$path is what the contract says', (file) => {
  const found: unknown = file.format === 'json' ? JSON.parse(read(file.path)) : parse(read(file.path));
  expect(found, 'run npm run generate, and look at the difference').toEqual(file.content);
});

test('no dashboard is left over from an earlier contract', () => {
  const there = readdirSync(join(root, 'provisioning/dashboards')).filter((name) => name.endsWith('.json'));
  const known = files.flatMap(({ path }) => (path.startsWith('provisioning/dashboards/') ? [path.split('/')[2]] : []));
  expect(there.sort()).toEqual(known.sort());
});

test('docs/metrics.md has every family with its label values, and what is never exposed', () => {
  const page = read('docs/metrics.md');
  for (const { name, help, labels } of Object.values<PlatformFamily>(catalogue.families)) {
    const section = page.split(`### \`${name}\`\n`)[1]?.split('\n### ')[0] ?? '';
    expect(section, name).toContain(help);
    expect(section, name).toContain('```promql');
    for (const [label, values] of Object.entries(labels)) {
      const shown = 'constant' in values ? `_${values.constant}_` : values.map((value) => `\`${value}\``).join(' ');
      expect(section, name).toContain(`- \`${label}\`: ${shown}`);
    }
  }
  for (const sentence of neverExposed) expect(page).toContain(sentence.slice(1));
});
