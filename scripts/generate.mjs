/**
 * `npm run generate [-- --check] [--out FOLDER] [--runbook-base URL]`: writes dashboards, alert rules and references from the contract and
 * from the catalogues that are shipped, into the project or another folder. With `--check` nothing is written; a file
 * that is not what would be written, or that nothing writes, is a failure. With the URL of a Grafana, every alert names
 * the help inside that Grafana as its runbook.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { stringify } from 'yaml';
import { ensureBuilt } from './prepare.mjs';
import { Stop, root, runMain } from './run.mjs';

/** @typedef {import('../contract/documents/generated-files.ts').GeneratedFile} GeneratedFile */

/** Folders in which every file of this kind is generated. */
const owned = [
  { folder: 'provisioning/dashboards', suffix: '.json' },
  { folder: 'src/dashboards', suffix: '.json' },
  { folder: 'provisioning/catalogues', suffix: '.json' },
  { folder: 'provisioning/catalogues', suffix: '.yaml' },
  { folder: 'docs/catalogues', suffix: '.md' },
];

/** @param {string} file */
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** As the formatter leaves it. @param {GeneratedFile} file */
async function text({ from, format: kind, content }) {
  const { singleQuote, printWidth } = JSON.parse(readFileSync(join(root, '.prettierrc.json'), 'utf8'));
  const options = { parser: kind, singleQuote, printWidth };
  if (kind === 'json') return format(JSON.stringify(content), options);
  if (kind === 'markdown') return format(content, options);
  const note = `# Generated from ${from} by \`npm run generate\`.\n`;
  return format(`${note}${stringify(content, { lineWidth: 0, aliasDuplicateObjects: false })}`, options);
}

/** Files that an earlier contract wrote. @param {string} out @param {GeneratedFile[]} files */
function leftOver(out, files) {
  const known = files.map(({ path }) => path);
  return owned.flatMap(({ folder, suffix }) => {
    const there = existsSync(join(out, folder))
      ? readdirSync(join(out, folder), { recursive: true, encoding: 'utf8' })
      : [];
    const found = there
      .filter((file) => file.endsWith(suffix))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`);
    return found.filter((path) => !known.includes(path));
  });
}

/** @param {string} path */
const load = (path) => import(pathToFileURL(join(root, path)).href);

/** @param {string | undefined} runbookBase */
async function generate(runbookBase) {
  await ensureBuilt('backend');
  /** @type {typeof import('../contract/documents/generated-files.ts')} */
  const { generatedFiles } = await load('build/contract/documents/generated-files.js');
  /** @type {typeof import('../backend/catalogues/check.ts')} */
  const { loadCatalogues } = await load('build/backend/catalogues/check.js');
  const names = readdirSync(join(root, 'catalogues')).filter((file) => file.endsWith('.yaml'));
  const shipped = loadCatalogues(names.sort().map((file) => join(root, 'catalogues', file)));
  return generatedFiles({ shipped, grafana: grafanaUrl(runbookBase) });
}

/** Without its slash. @param {string | undefined} base */
function grafanaUrl(base) {
  if (base === undefined) return undefined;
  if (!/^https?:\/\/[^\s{}?#]+$/.test(base)) throw new Stop(`--runbook-base ${base} is no http:// or https:// URL.`);
  return base.replace(/\/+$/, '');
}

async function main() {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean' },
      out: { type: 'string', default: root },
      'runbook-base': { type: 'string' },
    },
  });
  const out = resolve(values.out);
  const files = await generate(values['runbook-base']);
  /** @type {string[]} */
  const different = [];
  for (const file of files) {
    const wanted = await text(file);
    const target = join(out, file.path);
    if (read(target) === wanted) continue;
    different.push(file.path);
    if (values.check) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, wanted);
  }
  for (const path of leftOver(out, files)) {
    different.push(path);
    if (!values.check) rmSync(join(out, path));
  }
  const named = different.join(', ');
  if (!values.check) return console.log(named === '' ? 'Nothing to write.' : `Wrote ${named}.`);
  if (named !== '') {
    throw new Stop(`Not as the contract says: ${named}. Run npm run generate, and look at the difference.`);
  }
}

await runMain(main);
