import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Constants as LabelConstants } from '../../contract/catalogue-model.ts';
import { applianceFamilies } from '../../contract/metrics.ts';
import { closeFamily, readRegister, type ClosedFamily } from './closed-family.ts';
import type { FamilySnapshot, LabelSet } from '../exposition/text.ts';
import { feedKeys, histogramKeys, type Feeds, type HistogramKey, type LabelsOf } from './feeds.ts';

type Feed = (labels: LabelSet) => number | undefined;

/** The appliance's own families: prom-client's instruments in a register of their own. */
export interface Instruments {
  /** Throws TypeError for a label set outside the contract or a value that is not a finite number. */
  observe<K extends HistogramKey>(key: K, labels: LabelsOf<K>, value: number): void;
  /** What every instrument shows at this call, in the contract's order. */
  read(): Promise<FamilySnapshot[]>;
}

export function createInstruments(feeds: Feeds, constants: LabelConstants): Instruments {
  const register = new Registry();
  const families: Partial<Record<keyof typeof applianceFamilies, ClosedFamily>> = {};
  const close = (key: keyof typeof families) => (families[key] = closeFamily(applianceFamilies[key], constants));

  for (const key of feedKeys) mirror(close(key), feeds[key] as Feed, register);
  const histograms = new Map<string, { readonly closed: ClosedFamily; readonly instrument: Histogram }>();
  for (const key of histogramKeys) {
    const closed = close(key);
    histograms.set(key, { closed, instrument: createHistogram(closed, register) });
  }
  const inOrder = (Object.keys(applianceFamilies) as (keyof typeof families)[]).flatMap((key) => families[key] ?? []);

  return {
    observe(key, labels, value) {
      const histogram = histograms.get(key);
      if (!histogram?.closed.allows(labels)) throw new TypeError(`${key} has no series ${JSON.stringify(labels)}`);
      histogram.instrument.observe(labels, value);
    },
    read: () => readRegister(register, inOrder),
  };
}

/** Registers an instrument that shows, whenever it is collected, what its feed says then. */
export function mirror({ family, sets }: ClosedFamily, feed: Feed, register: Registry): void {
  const { name, help, type, labels } = family;
  const options = { name, help, labelNames: Object.keys(labels), registers: [register] };
  const read = (set: LabelSet): number | undefined => feed(set) ?? (family.absentWhen ? undefined : 0);

  if (type === 'gauge') {
    new Gauge({
      ...options,
      collect() {
        for (const set of sets) {
          const value = read(set);
          if (value === undefined) this.remove(set);
          else this.set(set, value);
        }
      },
    });
    return;
  }
  new Counter({
    ...options,
    collect() {
      this.reset();
      for (const set of sets) {
        const value = read(set);
        if (value === undefined) this.remove(set);
        else if (Number.isFinite(value) && value >= 0) this.inc(set, value);
        else throw new TypeError(`${name} was fed ${value}`);
      }
    },
  });
}

function createHistogram({ family }: ClosedFamily, register: Registry): Histogram {
  const { name, help, labels, buckets = [] } = family;
  const labelNames = Object.keys(labels);
  return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [register] });
}
