/** What reading an exposition by its catalogue comes to. */
import type { DropReason } from '../../contract/appliance.ts';
import type { DescribedCatalogue } from '../../contract/described.ts';
import type { Dialect } from '../exposition/text.ts';

/** A family's lines as they are sent, without its header. */
export interface FittedFamily {
  readonly name: string;
  /** As Prometheus counts them: each line of a histogram is one. */
  readonly series: number;
  readonly lines: Readonly<Record<Dialect, Buffer>>;
}

export interface Fitted {
  /** In the catalogue's order; only those that have a series. */
  readonly families: readonly FittedFamily[];
  readonly series: number;
  /** Distinct values of each open label, by family and label: see `labelKey`. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  /** Empty where anything that does not fit is refused. Values are not named. */
  readonly dropped: readonly Dropped[];
}

export interface Dropped {
  readonly reason: DropReason;
  /** The family, or the sample's name where there is no such family. */
  readonly name: string;
  readonly label: string | null;
  readonly samples: number;
}

/** Values that an open label has already, because other instances report them. */
export interface Taken {
  readonly size: number;
  has(value: string): boolean;
}

export interface FitOptions {
  readonly described: DescribedCatalogue;
  /** The form that the text has. */
  readonly dialect: Dialect;
  /** Comes out as the label `instance`. */
  readonly instance: string | undefined;
  /** What becomes of a sample that does not fit: the whole text is refused, or the sample is left out. */
  readonly misfits: 'refuse' | 'drop';
  readonly maxSeries: number;
  readonly taken: (family: string, label: string) => Taken;
}

/**
 * Reads a whole text a piece at a time, so that requests are answered meanwhile.
 * @throws Refusal `invalid_report` with up to ten lines; `report_too_large` where it has more series than `maxSeries`
 */
export type ReadExposition = (body: Uint8Array, options: FitOptions) => Promise<Fitted>;

/** How many things of one reason are told apart; what comes after them is added up. */
export const MAX_TOLD_APART = 500;

export const labelKey = (family: string, label: string) => `${family}\0${label}`;
