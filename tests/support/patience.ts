/** A test waits for what it asserts, which on a busy machine comes late; one that waits in vain is ended by its own limit. */
import { vi } from 'vitest';

const PATIENCE_MS = 60_000;

const { waitFor } = vi;
vi.waitFor = (attempt, options) => {
  const given = typeof options === 'number' ? { timeout: options } : options;
  return waitFor(attempt, { timeout: PATIENCE_MS, ...given });
};
