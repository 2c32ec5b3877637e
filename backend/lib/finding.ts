/** What a check of a file has to say. */

/** Where something stands in a file's value: keys and indexes from the top. */
export type Path = readonly (string | number)[];

export interface Finding {
  /** An error: the file cannot be used. A warning: it can, but conventions say otherwise. */
  readonly severity: 'error' | 'warning';
  /** The rule's name, for instance `unknown-label`. */
  readonly rule: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Keys and indexes joined by dots; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

/** Where to point at: a key, its value, or a place inside the value's text. */
export interface Location {
  readonly path: Path;
  readonly on?: 'key' | 'value';
  /** Characters into the value, where it is text. */
  readonly offset?: number;
}

/** Collects findings of one file. */
export interface FindingCollector {
  error(rule: string, place: Location, message: string): void;
  warning(rule: string, place: Location, message: string): void;
}

/** Whether the file cannot be used. */
export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** `file:line:column: error: message (rule)`, as editors and CI systems read it. */
export function findingLine(file: string, { line, column, severity, rule, path, message }: Finding): string {
  return `${file}:${line}:${column}: ${severity}: ${path === '' ? '' : `${path}: `}${message} (${rule})`;
}
