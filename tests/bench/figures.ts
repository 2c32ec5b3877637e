/** A figure of a benchmark is one JSON line on standard output; `scripts/bench/figures.mjs` reads and judges them. */

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One for each round. */
  readonly value: number | readonly number[];
  /** What it is measured against, in the same rounds. */
  readonly baseline?: number | readonly number[];
  /** The baseline is a part of Vitals as well, so the ratio alone does not say whether a figure became better. */
  readonly baselineIsOurs?: true;
  /** The limit that we set ourselves: for the median of the values, of the ratios, or for the worst value. */
  readonly must?: { readonly value: number } | { readonly ratio: number } | { readonly worst: number };
}

export function printFigure({ name, unit, value, baseline = [], baselineIsOurs, must }: Figure): void {
  const [values, baselines] = [[value].flat(), [baseline].flat()];
  console.log(JSON.stringify({ name, unit, values, baselines, baselineIsOurs, must }));
}

/** How many rounds a benchmark makes: `npm run bench -- --rounds N`, or what is usual for it. */
export function roundsOr(usual: number): number {
  return Number(process.env['VITALS_BENCH_ROUNDS'] ?? usual);
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @param part between 0 and 1 */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
