/**
 * `npm run package`: builds the plugin and packs it into the zip that `grafana cli --pluginUrl … plugins install` takes,
 * one folder with the plugin's id in it. The same sources give the same bytes on the same day, or with the same
 * SOURCE_DATE_EPOCH.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { buildPlugin } from './build-plugin.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A file on Unix with mode 0644: without, each program that unpacks decides for itself. */
const readableByAll = { os: 3, attrs: 0o100644 * 2 ** 16 };

/** Packs a built plugin. Resolves with the zip's path and SHA-256. */
export function packPlugin({ distDir = join(root, 'dist'), outDir = join(root, 'build') } = {}) {
  const { id, info } = JSON.parse(readFileSync(join(distDir, 'plugin.json'), 'utf8'));
  const files = readdirSync(distDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(distDir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const content = Object.fromEntries(files.map((file) => [`${id}/${file}`, readFileSync(join(distDir, file))]));
  const zip = zipSync(content, { level: 9, mtime: new Date(`${info.updated}T00:00:00`), ...readableByAll });
  mkdirSync(outDir, { recursive: true });
  const path = join(outDir, `${id}-${info.version}.zip`);
  writeFileSync(path, zip);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  writeFileSync(`${path}.sha256`, `${sha256}  ${id}-${info.version}.zip\n`);
  return { path, sha256, bytes: zip.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPlugin();
  const { path, sha256, bytes } = packPlugin();
  process.stdout.write(`${relative(process.cwd(), path)}  ${(bytes / 1000).toFixed(1)} kB\nsha256  ${sha256}\n`);
}
