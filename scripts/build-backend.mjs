/**
 * Bundles the backend into build/bin/: few files start several times faster than the thousand that they are made of. What a
 * command or a setting alone needs is a file of its own, loaded where it is needed. Tests and tools use tsc's output instead.
 */
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rspack } from '@rspack/core';
import { runRspack } from './run-rspack.mjs';
import { isMain, root, runMain } from './run.mjs';

/** Named as their sources, by which they are found at run time; the second is a thread, the third a process. */
const programs = {
  vitals: './backend/cli/vitals.ts',
  worker: './backend/ingest/worker/worker.ts',
  child: './backend/clickhouse/embedded/child.ts',
};

/** Loaded from node_modules as ever: they have native parts. */
const external = ['better-sqlite3', 'chdb'];

/** Plain ASCII without comments, because V8 keeps the text, and other characters double it. @param {string} syntax */
const compiled = (syntax) => ({
  loader: 'builtin:swc-loader',
  options: {
    isModule: 'unknown',
    jsc: {
      parser: { syntax },
      target: 'es2023',
      output: { charset: 'ascii' },
      minify: { compress: false, mangle: false, format: { comments: false } },
    },
  },
});

/**
 * Each program by itself: what two shared would be cut into smaller modules.
 * @param {keyof typeof programs} name @param {string} outDir @returns {import('@rspack/core').Configuration}
 */
function configuration(name, outDir) {
  return {
    name,
    mode: 'none',
    target: 'node20.19',
    context: root,
    entry: { [name]: programs[name] },
    output: {
      path: outDir,
      filename: '[name].js',
      chunkFilename: '[name].js',
      module: true,
      chunkFormat: 'module',
      library: { type: 'module' },
      devtoolModuleFilenameTemplate: ({ resourcePath }) => resourcePath.replace(/^\.\//, ''),
    },
    externals: Object.fromEntries(external.map((name) => [name, `node-commonjs ${name}`])),
    resolve: { extensions: ['.ts', '.mjs', '.js', '.json'] },
    module: {
      // `import.meta.url` is where the bundle lies; what `createRequire` requires is bundled, and runs when it is asked for
      parser: { javascript: { importMeta: false, url: false, worker: false, createRequire: true } },
      rules: [
        { test: /node_modules\/typebox\//, sideEffects: false }, // it only does not say so
        { test: /\.ts$/, use: compiled('typescript') },
        { test: /\.[cm]?js$/, use: compiled('ecmascript') },
      ],
    },
    optimization: {
      minimize: false,
      moduleIds: 'named',
      chunkIds: 'named',
      concatenateModules: true,
      providedExports: true,
      usedExports: true,
      sideEffects: true,
      innerGraph: true,
      splitChunks: false,
      nodeEnv: 'production',
    },
    plugins: [new rspack.BannerPlugin({ banner: '#!/usr/bin/env node', raw: true, entryOnly: true })],
    devtool: 'nosources-cheap-module-source-map', // lines are enough to name the source of a stack trace
    performance: false,
    node: false,
  };
}

/** Builds all of it. Resolves with the names and sizes of what was written. */
export async function buildBackend({ outDir = join(root, 'build', 'bin') } = {}) {
  const draft = `${outDir}.new`; // the one before stays whole until then: a command may just be starting from it
  rmSync(draft, { recursive: true, force: true });
  const names = /** @type {(keyof typeof programs)[]} */ (Object.keys(programs));
  const assets = await Promise.all(names.map((name) => runRspack(configuration(name, draft))));
  chmodSync(join(draft, 'vitals.js'), 0o755);
  rmSync(outDir, { recursive: true, force: true });
  renameSync(draft, outDir);
  return assets.flat();
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    for (const { name, size } of await buildBackend()) {
      if (name.endsWith('.js')) console.log(`build/bin/${name}  ${(size / 1000).toFixed(1)} kB`);
    }
  });
}
