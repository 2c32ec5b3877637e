/** What the validation of an exposition against its catalogue is given, and what it comes to. */
import type { DropReason } from '../../../contract/appliance.ts';
import type { DescribedCatalogue } from '../../../contract/documents/described-catalogue.ts';
import type { Dialect } from '../../exposition/text.ts';

/** A family's lines as they are sent, without its header. */
export interface AcceptedFamily {
  readonly name: string;
  /** As Prometheus counts them: each line of a histogram is one. */
  readonly series: number;
  readonly lines: Readonly<Record<Dialect, Buffer>>;
}

export interface AcceptedExposition {
  /** In the catalogue's order; only those that have a series. */
  readonly families: readonly AcceptedFamily[];
  readonly series: number;
  /** Distinct values of each open label, by family and label: see `labelKey`. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
  /** Empty where an invalid sample rejects the whole text. Values are not named. */
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
export interface ReportedValues {
  readonly size: number;
  has(value: string): boolean;
}

export interface ValidationOptions {
  readonly described: DescribedCatalogue;
  /** The form that the text has. */
  readonly dialect: Dialect;
  /** Whether the text is read as Prometheus reads what it scrapes. It is held to its format otherwise. */
  readonly isLenient: boolean;
  /** Comes out as the label `instance`. */
  readonly instance: string | undefined;
  /** What becomes of a sample that the catalogue does not allow: it rejects the whole text, or is left out. */
  readonly onInvalid: 'reject' | 'drop';
  readonly maxSeries: number;
  readonly reportedByOthers: (family: string, label: string) => ReportedValues;
}

/**
 * Reads a whole text and yields to the event loop as it goes, so that requests are answered meanwhile.
 * @throws Refusal `invalid_report` with up to ten lines; `report_too_large` where it has more series than `maxSeries`
 */
export type ValidateExposition = (body: Uint8Array, options: ValidationOptions) => Promise<AcceptedExposition>;

/** How many things of one reason are listed one by one; what comes after them is added up. */
export const MAX_DISTINCT_DROPS = 500;

export const labelKey = (family: string, label: string) => `${family}\0${label}`;
