/** A figure of a benchmark is one JSON line on standard output; `scripts/bench.mjs` reads them. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The same of something simpler, measured in the same run. */
  readonly baseline: number;
}

export function printFigure({ name, unit, value, baseline }: Figure): void {
  console.log(
    JSON.stringify({
      name,
      value: rounded(value),
      unit,
      baseline: rounded(baseline),
      ratio: rounded(value / baseline),
    }),
  );
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** @param part between 0 and 1 */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
