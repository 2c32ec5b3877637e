/** Families of the appliance as plain numbers: every series is known at the start, and a snapshot is made only of what changed. */
import { labelSets, type Constants, type PlatformFamily } from '../../contract/catalogue-model.ts';
import type { FamilySnapshot, HistogramSeries, LabelSet, ValueSeries } from '../exposition/text.ts';

/** A family that can be read at any moment. What it gives is immutable, and the same object until one of its numbers changes. */
export interface LiveFamily {
  readonly name: string;
  /** Throws TypeError where what feeds it is no value of its type: that is a programming error. */
  read(): FamilySnapshot;
}

/** Every label set that a family can ever have. Always the same objects, so that their text can be kept. */
export function closedSets(family: PlatformFamily, constants: Constants): readonly LabelSet[] {
  return labelSets(family, constants).map((labels) => Object.freeze(labels));
}

/** Finds where the series with exactly these labels stands, and so many others beside them. */
export function positions({ labels: named }: Pick<PlatformFamily, 'labels'>, sets: readonly LabelSet[]) {
  const names = Object.keys(named);
  const key = (labels: AnyLabels) => {
    let text = '';
    for (const name of names) text += `${String(labels[name])}\0`;
    return text;
  };
  const known = new Map(sets.map((labels, position) => [key(labels), position]));
  return (labels: AnyLabels, others = 0): number | undefined =>
    Object.keys(labels).length === names.length + others ? known.get(key(labels)) : undefined;
}

/** As instruments have them, of which prom-client writes a bucket's bound as a number. */
export type AnyLabels = Readonly<Partial<Record<string, string | number>>>;

/** A gauge or counter that shows, whenever it is read, what its feed says then. */
export function fedFamily(
  family: PlatformFamily,
  sets: readonly LabelSet[],
  feed: (labels: LabelSet) => number | undefined,
): LiveFamily {
  const { name, type, absentWhen } = family;
  const unsaid = absentWhen === undefined ? 0 : undefined;
  const values = sets.map((): number | undefined => undefined);
  const series = sets.map((): ValueSeries | undefined => undefined);
  let shown: FamilySnapshot | undefined;

  function update(): void {
    for (const [position, labels] of sets.entries()) {
      const value = feed(labels) ?? unsaid;
      if (Object.is(value, values[position])) continue;
      if (type === 'counter' && value !== undefined && !(Number.isFinite(value) && value >= 0)) {
        throw new TypeError(`${name} was fed ${value}`);
      }
      values[position] = value;
      series[position] = value === undefined ? undefined : Object.freeze({ labels, value });
      shown = undefined;
    }
  }

  function show(): FamilySnapshot {
    return Object.freeze({ family, series: Object.freeze(series.filter((one) => one !== undefined)) });
  }

  return {
    name,
    read() {
      update();
      return (shown ??= show());
    },
  };
}

/** A histogram that is told each observation. */
export interface HistogramFamily extends LiveFamily {
  /** Throws TypeError for labels outside the contract, or a value that is no number: that is a programming error. */
  observe(labels: LabelSet, value: number): void;
}

export function histogramFamily(family: PlatformFamily, sets: readonly LabelSet[]): HistogramFamily {
  const { name, buckets = [] } = family;
  const positionOf = positions(family, sets);
  const numbers = sets.map(() => ({ counts: new Array<number>(buckets.length + 1).fill(0), sum: 0 }));
  const series = sets.map((): HistogramSeries | undefined => undefined);
  let shown: FamilySnapshot | undefined;

  return {
    name,
    observe(labels, value) {
      const position = positionOf(labels) ?? -1;
      const own = numbers[position];
      if (!own) throw new TypeError(`${name} has no series ${JSON.stringify(labels)}`);
      if (!Number.isFinite(value)) throw new TypeError(`${name} observed ${value}`);
      own.sum += value;
      for (let bucket = buckets.length; bucket >= 0 && value <= (buckets[bucket] ?? Infinity); bucket--) {
        own.counts[bucket] = (own.counts[bucket] ?? 0) + 1;
      }
      series[position] = undefined;
      shown = undefined;
    },
    read() {
      if (shown) return shown;
      const now = sets.map(
        (labels, position) =>
          (series[position] ??= Object.freeze({
            labels,
            counts: Object.freeze([...(numbers[position]?.counts ?? [])]),
            sum: numbers[position]?.sum ?? 0,
          })),
      );
      shown = Object.freeze({ family, series: Object.freeze(now) });
      return shown;
    },
  };
}
