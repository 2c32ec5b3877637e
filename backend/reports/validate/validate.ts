import type { Family } from '../../../contract/catalogue-model.ts';
import { Refusal } from '../../http/refusal.ts';
import { createFamilyReader, type FamilyReader } from './family.ts';
import { agrees, knownSamples, type Known } from './known.ts';
import { createMisfits, type Misfit } from './rejections.ts';
import { createOpenLabels } from './open-label.ts';
import type { FittedFamily, FitOptions, ReadExposition } from '../accepted.ts';
import { shorten } from '../../exposition/parse/labels.ts';
import { parseExposition } from '../../exposition/parse/parse.ts';
import type { Fault, Sample } from '../../exposition/parse/types.ts';
import { startTimeSlices } from '../../lib/event-loop.ts';

export const readExposition: ReadExposition = async (body, options) => {
  const reading = startReading(options);
  const slices = startTimeSlices();
  await slices.next();
  for (const found of parseExposition(body, options.dialect)) {
    if (slices.isOver()) await slices.next();
    if (!found) continue;
    if ('fault' in found) throw reading.refuse(found);
    reading.take(found);
    if (reading.misfits.isFull()) break;
  }
  const families: FittedFamily[] = [];
  for (const reader of reading.readers) {
    const family = await reader.end(slices);
    if (family) families.push(family);
  }
  const refusal = reading.misfits.refusal();
  if (refusal) throw refusal;
  const series = families.reduce((sum, family) => sum + family.series, 0);
  return { families, series, values: reading.values(), dropped: reading.misfits.dropped() };
};

function startReading({ described, instance, misfits: mode, maxSeries, taken }: FitOptions) {
  const { catalogue } = described;
  const known = knownSamples(catalogue);
  const misfits = createMisfits(mode);
  const openLabels = createOpenLabels(taken);
  const context = { described, instance, misfits, openLabels: openLabels.of, count: createCounter(maxSeries) };
  const readers = new Map<Family, FamilyReader>();
  for (const family of Object.values(catalogue.families)) readers.set(family, createFamilyReader(family, context));

  function misfitOf({ name, line, declared }: Sample, found: Known | undefined): Misfit | undefined {
    if (!found) {
      const sentence = () => `has ${shorten(name)}, which is not in the catalogue ${catalogue.id}`;
      return { reason: 'unknown_family', line, name, label: null, sentence };
    }
    const { family } = found;
    if (!declared || agrees(family.type, declared.type)) return undefined;
    const sentence = () =>
      `gives ${family.name} the type ${declared.type}: in the catalogue it has the type ${family.type}`;
    return { reason: 'wrong_type', line: declared.line, name: family.name, label: null, sentence };
  }

  return {
    misfits,
    readers: readers.values(),
    values: openLabels.values,
    take(sample: Sample): void {
      const found = known.get(sample.name);
      if (found === 'created') return;
      const misfit = misfitOf(sample, found);
      if (misfit || !found) return misfit && misfits.add(misfit);
      readers.get(found.family)?.take(sample, found);
    },
    refuse(fault: Fault): Refusal {
      return misfits.refusal(fault) ?? new Refusal('invalid_report');
    },
  };
}

/** Counts the lines that are taken. */
function createCounter(maxSeries: number) {
  let lines = 0;
  return (line: number) => {
    if (++lines <= maxSeries) return;
    throw new Refusal(
      'report_too_large',
      `line ${line} is one more than the ${maxSeries} series that may come at once.`,
    );
  };
}
