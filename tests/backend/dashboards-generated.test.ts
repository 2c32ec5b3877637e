import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { PlatformFamily } from '../../contract/catalogue-model.ts';
import { dashboards } from '../../contract/documents/dashboards.ts';
import { BUNDLED_FOLDER, generatedFiles } from '../../contract/documents/generated-files.ts';
import { neverExposed } from '../../contract/documents/manifest.ts';
import { catalogue } from '../../contract/metrics.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const files = generatedFiles();

test.each(files.filter(({ format }) => format !== 'markdown'))('$path is what the contract says', (file) => {
  const found: unknown = file.format === 'json' ? JSON.parse(read(file.path)) : parse(read(file.path));
  expect(found, 'run npm run generate, and look at the difference').toEqual(file.content);
});

test.each(['provisioning/dashboards', BUNDLED_FOLDER])('no dashboard is left over in %s', (folder) => {
  const there = readdirSync(join(root, folder)).filter((name) => name.endsWith('.json'));
  const known = files.flatMap(({ path }) => (path.startsWith(`${folder}/`) ? [basename(path)] : []));
  expect(there.sort()).toEqual(known.sort());
});

test('what the plugin brings along is a set of its own: other uids, and links among themselves', () => {
  interface Dashboard {
    uid: string;
    tags: string[];
    revision?: number;
    links: { type: string; tags: string[] }[];
  }
  const sets = ['provisioning/dashboards', BUNDLED_FOLDER].map((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(read(`${folder}/${name}`)) as Dashboard),
  );
  const [files, bundled] = sets as [Dashboard[], Dashboard[]];
  const uids = sets.flat().map(({ uid }) => uid);
  expect(new Set(uids).size).toBe(uids.length);
  for (const [set, tag] of [
    [files, 'vitals'],
    [bundled, 'vitals-app'],
  ] as const) {
    expect(set).toHaveLength(dashboards.length);
    for (const { tags, links } of set) {
      expect(tags).toEqual([tag]);
      expect(links.filter(({ type }) => type === 'dashboards').map((link) => link.tags)).toEqual([[tag]]);
    }
  }
  // Whatever has another revision, Grafana imports by itself beside the files as soon as the app is enabled.
  for (const { revision } of bundled) expect(revision).toBe(0);
  const manifest = JSON.parse(read('plugin.json')) as { includes: { type: string; path: string }[] };
  const included = manifest.includes.filter(({ type }) => type === 'dashboard').map(({ path }) => path);
  expect(included.sort()).toEqual(bundled.map(({ uid }) => `dashboards/${uid}.json`).sort());
  expect(read('scripts/build-plugin.mjs')).toContain(
    `{ from: '${BUNDLED_FOLDER}/*.json', to: 'dashboards/[name][ext]' }`,
  );
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
