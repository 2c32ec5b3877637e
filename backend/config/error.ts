/** A mistake of the person who set this up: shown as one line, without a stack, and the process ends with exit code 1. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}
