/** Builds the browser's half of the workbench, with Grafana's real packages in it, into build/workbench-host/. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';
import { runRspack } from './run-rspack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const outDir = join(root, 'build/workbench-host');

/** Grafana loads its icons before anything is shown; so does the shell, from one file: address -> drawing. */
function icons() {
  const folder = join(root, 'node_modules/@grafana/ui/dist/public/img/icons');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.svg'));
  const drawings = files.map((file) => [iconUrl(file.split(sep).join('/')), readFileSync(join(folder, file), 'utf8')]);
  return { ...Object.fromEntries(drawings), [iconUrl('unicons/spinner.svg')]: spinner };
}

const iconUrl = (/** @type {string} */ file) => `/public/build/img/icons/${file}`;

/** Of Grafana's icons, this one is not in its package. */
const spinner =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M12 3a9 9 0 1 0 9 9" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/></svg>';

/** @returns {import('@rspack/core').Configuration} */
function configuration(/** @type {'production' | 'development'} */ mode) {
  return {
    mode,
    target: ['web', 'es2022'],
    context: root,
    entry: { host: './workbench/host/index.ts' },
    output: { path: outDir, clean: true, filename: '[name].js', publicPath: 'auto' },
    resolve: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
    module: {
      parser: { javascript: { dynamicImportMode: 'lazy' } },
      rules: [
        { test: /\.mjs$/, resolve: { fullySpecified: false } },
        { test: /\.css$/, type: 'css' },
        { test: /systemjs/, parser: { amd: false, commonjs: false, system: false } },
        {
          test: /\.tsx?$/,
          loader: 'builtin:swc-loader',
          options: {
            jsc: {
              parser: { syntax: 'typescript', tsx: true },
              transform: { react: { runtime: 'automatic' } },
              target: 'es2022',
            },
          },
        },
      ],
    },
    plugins: [
      // Grafana's web fonts are not in its packages: the machine's own are used instead of asking in vain.
      new rspack.NormalModuleReplacementPlugin(
        /GlobalStyles\/fonts|^\.\/fonts\.mjs$/,
        join(root, 'workbench/host/noFonts.ts'),
      ),
    ],
    performance: false,
    devtool: false,
  };
}

/** Builds the shell. Development shows React's warnings, at several times the cost in the browser. */
export async function buildWorkbench(
  /** @type {{mode?: 'production' | 'development'}} */ { mode = 'production' } = {},
) {
  await runRspack(configuration(mode));
  writeFileSync(join(outDir, 'icons.json'), JSON.stringify(icons()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildWorkbench({ mode: process.argv.includes('--development') ? 'development' : 'production' });
}
