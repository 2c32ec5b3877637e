/**
 * Builds the Grafana plugin into dist/: AMD bundles with subresource integrity, the manifest, texts, logos and papers.
 * The conventions (dist/, externals, placeholders of the manifest) are those of Grafana's create-plugin.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';
import { runRspack } from './run-rspack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUILD_MODE = 'production';

/** What Grafana shares with plugins at run time. react-router-dom, @grafana/i18n and scenes are bundled, not shared. */
export const externals = [
  { 'amd-module': 'module' },
  'lodash',
  'jquery',
  'moment',
  'slate',
  'emotion',
  '@emotion/react',
  '@emotion/css',
  'prismjs',
  'slate-plain-serializer',
  'react',
  'react/jsx-runtime',
  'react/jsx-dev-runtime',
  'react-dom',
  'react-redux',
  'redux',
  'rxjs',
  'i18next',
  'react-router',
  'd3',
  'angular',
  /^@grafana\/(ui|runtime|data)/,
];

/** @returns {import('@rspack/core').Configuration} */
export function configuration({ outDir = join(root, 'dist') } = {}) {
  return {
    mode: BUILD_MODE,
    target: ['web', 'es2022'],
    context: root,
    entry: { module: ['./src/public-path.ts', './src/module.tsx'] },
    output: {
      path: outDir,
      clean: true,
      filename: '[name].js',
      chunkFilename: '[name].[contenthash:12].js',
      library: { type: 'amd' },
      uniqueName: 'appliance-vitals-app',
      publicPath: 'public/plugins/appliance-vitals-app/',
      crossOriginLoading: 'anonymous',
    },
    externals,
    resolve: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
    module: {
      rules: [
        { resourceQuery: /raw/, type: 'asset/source' },
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
      new rspack.SubresourceIntegrityPlugin({ hashFuncNames: ['sha256', 'sha384'] }),
      new rspack.CopyRspackPlugin({
        patterns: [
          { from: 'plugin.json', transform: manifest },
          { from: 'src/img', to: 'img' },
          { from: 'src/locales', to: 'locales' },
          { from: 'src/dashboards/*.json', to: 'dashboards/[name][ext]' },
          { from: 'src/README.md' },
          { from: 'CHANGELOG.md' },
          { from: 'LICENSE' },
        ],
      }),
    ],
    performance: false,
    devtool: 'source-map', // Grafana's plugin validator asks for the maps in the zip
  };
}

/** The manifest as Grafana reads it: version and date filled in, the schema reference dropped, the build's mode named. */
function manifest(/** @type {Buffer} */ source) {
  /** @type {{version: string}} */
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const today = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000 || Date.now()).toISOString().slice(0, 10);
  const text = source.toString('utf8').replaceAll('%VERSION%', version).replaceAll('%TODAY%', today);
  /** @type {{id: string}} */
  const { id } = JSON.parse(text);
  const { $schema: _, ...rest } = JSON.parse(text.replaceAll('%PLUGIN_ID%', id));
  return `${JSON.stringify({ ...rest, buildMode: BUILD_MODE }, null, 2)}\n`;
}

/** Builds the plugin. Resolves with the names and sizes of what was written. */
export function buildPlugin(/** @type {{outDir?: string}} */ options = {}) {
  return runRspack(configuration(options));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const assets = await buildPlugin();
  for (const { name, size } of assets.filter((asset) => asset.name.endsWith('.js'))) {
    process.stdout.write(`dist/${name}  ${(size / 1000).toFixed(1)} kB\n`);
  }
}
