/**
 * Loaded into a process by `--expose-gc --import`: on SIGUSR2 it collects all garbage, twice because finalizers may let go
 * of more, and writes down what memory is left. The file to write to is in VITALS_PROBE.
 */
import { renameSync, writeFileSync } from 'node:fs';

const file = process.env['VITALS_PROBE'] ?? '';

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  setImmediate(() => {
    globalThis.gc?.();
    writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
    renameSync(`${file}.new`, file);
  });
});
