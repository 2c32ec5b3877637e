/** What a browser loads of the plugin, compressed as Grafana sends it, beside the limit that we set ourselves. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { printFigure } from './figures.ts';

const LIMIT_BYTES = 60_000;
const DIST = fileURLToPath(new URL('../../../dist/', import.meta.url));

const compressedSize = (file: string) => gzipSync(readFileSync(`${DIST}${file}`)).length;
const scripts = readdirSync(DIST).filter((file) => file.endsWith('.js'));
const all = scripts.reduce((sum, file) => sum + compressedSize(file), 0);
printFigure({
  name: 'plugin, module.js, which Grafana loads at start',
  unit: 'bytes gzipped',
  value: compressedSize('module.js'),
  baseline: LIMIT_BYTES,
});
printFigure({
  name: 'plugin, all its scripts together',
  unit: 'bytes gzipped',
  value: all,
  baseline: LIMIT_BYTES,
});
