import { rspack } from '@rspack/core';

/**
 * Runs one build. Resolves with what was written, rejects with the compiler's own words.
 * @param {import('@rspack/core').Configuration} configuration
 * @returns {Promise<{name: string, size: number}[]>}
 */
export async function runRspack(configuration) {
  const compiler = rspack(configuration);
  try {
    const stats = await /** @type {Promise<import('@rspack/core').Stats>} */ (
      new Promise((done, fail) =>
        compiler.run((error, result) =>
          result && !error ? done(result) : fail(error ?? new Error('rspack gave no result')),
        ),
      )
    );
    if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true, colors: false }));
    return (stats.toJson({ all: false, assets: true }).assets ?? []).map(({ name, size }) => ({ name, size }));
  } finally {
    await new Promise((done) => compiler.close(done));
  }
}
