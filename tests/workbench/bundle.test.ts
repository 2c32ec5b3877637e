import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildPlugin } from '../../scripts/build-plugin.mjs';
import { packPlugin } from '../../scripts/package-plugin.mjs';
import { topics } from '../../src/lib/topics.ts';

const distDir = mkdtempSync(join(tmpdir(), 'vitals-dist-'));
const read = (name: string) => readFileSync(join(distDir, name), 'utf8');
const scripts = () => readdirSync(distDir).filter((name) => name.endsWith('.js'));
/** The texts of the help, which are no code: a chunk for each, loaded when somebody reads it. */
const isDocument = (name: string) => name.startsWith('help-');
const code = () => scripts().filter((name) => !isDocument(name));

beforeAll(() => buildPlugin({ outDir: distDir }));

describe('the bundle', () => {
  test('is an AMD module that asks Grafana for what Grafana shares', () => {
    const [, asked = ''] = /define\(\[([^\]]*)\]/.exec(read('module.js')) ?? [];
    expect(asked.split(',').map((name) => JSON.parse(name) as string)).toEqual(
      expect.arrayContaining([
        '@grafana/data',
        '@grafana/runtime',
        '@grafana/ui',
        'module',
        'react',
        'react/jsx-runtime',
      ]),
    );
  });

  test('carries no React, no Grafana component and no schema library of its own', () => {
    const all = code().map(read).join('');
    expect(all).not.toMatch(/react\.transitional\.element|react\.element/);
    expect(all).not.toContain('additionalProperties');
    expect(all).not.toContain('nodejs_heap');
  });

  test('starts small and loads its pages when they are opened', () => {
    expect(gzipSync(read('module.js')).length).toBeLessThan(12_500); // with the words for a page that cannot be loaded
    expect(gzipSync(code().map(read).join('')).length).toBeLessThan(102_000); // 10,000 of them react-query
    expect(scripts().length).toBeGreaterThan(3);
    expect(read('module.js')).not.toContain('only time the token value');
  });

  test('holds each document of the help in a chunk of its own, and in no other', () => {
    const documents = scripts().filter(isDocument);
    expect(documents.map((name) => name.split('.')[0])).toEqual(
      topics.map((topic) => `help-${topic.replace('catalogue-', '')}`).sort(),
    );
    const holding = (text: string) => scripts().filter((name) => read(name).includes(text));
    expect(holding('## VitalsApplianceAbsent')).toEqual([expect.stringMatching(/^help-alerts\./)]);
  });

  test('vouches for every lazy chunk by its hash', () => {
    for (const name of scripts().filter((script) => script !== 'module.js')) {
      const hash = createHash('sha384').update(read(name)).digest('base64');
      expect([name, read('module.js').includes(`sha384-${hash}`)]).toEqual([name, true]);
    }
  });

  test('has a manifest without placeholders', () => {
    const manifest = JSON.parse(read('plugin.json')) as { info: Record<string, string>; languages: string[] };
    expect(read('plugin.json')).not.toMatch(/%\w+%/);
    expect(manifest).toMatchObject({ id: 'appliance-vitals-app', buildMode: 'production' });
    expect(manifest.info['updated']).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    for (const language of manifest.languages) {
      expect(Object.keys(JSON.parse(read(`locales/${language}/appliance-vitals-app.json`)) as object)).toContain(
        'tokens',
      );
    }
  });
});

test('the zip holds one folder with the plugin’s id, byte for byte', () => {
  const outDir = mkdtempSync(join(tmpdir(), 'vitals-zip-'));
  const { path, sha256 } = packPlugin({ distDir, outDir });
  const files = unzipSync(readFileSync(path));
  expect(Object.keys(files).every((name) => name.startsWith('appliance-vitals-app/'))).toBe(true);
  for (const name of ['plugin.json', 'module.js', 'img/logo.svg']) {
    expect(Buffer.from(files[`appliance-vitals-app/${name}`] ?? []).toString()).toBe(read(name));
  }
  expect(packPlugin({ distDir, outDir }).sha256).toBe(sha256);
});

test('the zip says of the plugin what Grafana shows of it, brings its source maps, and names no path of this machine', () => {
  const { path } = packPlugin({ distDir, outDir: mkdtempSync(join(tmpdir(), 'vitals-zip-')) });
  const files = unzipSync(readFileSync(path));
  const names = Object.keys(files).map((name) => name.replace('appliance-vitals-app/', ''));
  const { info } = JSON.parse(read('plugin.json')) as { info: { screenshots: { path: string }[] } };
  expect(names).toEqual(expect.arrayContaining(info.screenshots.map((screenshot) => screenshot.path)));
  expect(read('README.md')).toBe(readFileSync('src/README.md', 'utf8'));
  expect(names.filter((name) => name.endsWith('.map')).sort()).toEqual(
    code()
      .map((name) => `${name}.map`)
      .sort(),
  );
  for (const [name, content] of Object.entries(files)) {
    expect([name, Buffer.from(content).includes(process.cwd())]).toEqual([name, false]);
  }
});

test('every file of the zip can be read by whoever Grafana runs as', () => {
  const { path } = packPlugin({ distDir, outDir: mkdtempSync(join(tmpdir(), 'vitals-zip-')) });
  expect(modes(readFileSync(path))).toEqual(new Set([0o100644]));
});

/** The Unix modes in a zip's central directory. */
function modes(zip: Buffer): Set<number> {
  const found = new Set<number>();
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 4)) {
    const isUnix = zip.readUInt8(at + 5) === 3;
    found.add(isUnix ? zip.readUInt16LE(at + 40) : 0);
  }
  return found;
}
