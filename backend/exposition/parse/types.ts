/** What the lines of an exposition come to. */
import type { Dialect } from '../text.ts';

/** By which rules a text is read. */
export interface Syntax {
  readonly dialect: Dialect;
  /** Whether all is read that Prometheus scrapes, which is more than its formats allow. */
  readonly isLenient: boolean;
}

/** Types by the names of both formats. */
export const typesOfText = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;
export const typesOfOpenMetrics = [
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'stateset',
  'info',
  'summary',
  'unknown',
] as const;
export type DeclaredType = (typeof typesOfText)[number] | (typeof typesOfOpenMetrics)[number];

export interface Label {
  readonly name: string;
  readonly value: string;
}

/** A line with a value. An exemplar is read and left out. */
export interface Sample {
  readonly line: number;
  readonly name: string;
  /** In the order of the text, each name once. */
  readonly labels: readonly Label[];
  readonly value: number;
  readonly hasTimestamp: boolean;
  /** What `# TYPE` said of the family. */
  readonly declared: { readonly type: DeclaredType; readonly line: number } | undefined;
}

/** Why the text is no exposition. Nothing comes after it. */
export interface Fault {
  readonly line: number;
  /** A sentence, which never holds a label's value. */
  readonly fault: string;
}
