/** A mistake of the person who set this up: shown as it is, without a stack, and the process ends with exit code 1. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** One mistake in the configuration file. */
export interface Mistake {
  /** Keys and indexes joined by dots; empty for the whole file. */
  readonly path: string;
  /** From 1; absent where no file is read. */
  readonly line?: number;
  /** A sentence. */
  readonly message: string;
}

/** Every mistake of a configuration, a line each. */
export class InvalidConfig extends ConfigError {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[], file?: string) {
    super(mistakes.map((mistake) => lineOf(mistake, file)).join('\n'));
    this.mistakes = mistakes;
  }
}

function lineOf({ path, line, message }: Mistake, file: string | undefined): string {
  const place = file === undefined || line === undefined ? '' : ` (${file}:${line})`;
  return `${path === '' ? '' : `${path}: `}${message}${place}`;
}
