import type { Family } from '../../../contract/catalogue-model.ts';
import { Refusal } from '../../http/refusal.ts';
import { createFamilyValidator, type FamilyValidator } from './family.ts';
import { isDeclarableAs, knownSamples, type KnownSample } from './family-samples.ts';
import { createRejections, type Rejection } from './rejections.ts';
import { createOpenLabels } from './open-label.ts';
import type { AcceptedFamily, ValidationOptions, ValidateExposition } from './accepted.ts';
import { shorten } from '../../exposition/parse/labels.ts';
import { parseExposition } from '../../exposition/parse/parse.ts';
import type { Fault, Sample } from '../../exposition/parse/types.ts';
import { startTimeSlices } from '../../lib/event-loop.ts';

export const validateExposition: ValidateExposition = async (body, options) => {
  const validation = startValidation(options);
  const slices = startTimeSlices();
  await slices.next();
  for (const found of parseExposition(body, options)) {
    if (slices.isOver()) await slices.next();
    if (!found) continue;
    if ('fault' in found) throw validation.refuse(found);
    validation.add(found);
    if (validation.rejections.isFull()) break;
  }
  const families: AcceptedFamily[] = [];
  for (const validator of validation.validators) {
    const family = await validator.end(slices);
    if (family) families.push(family);
  }
  const refusal = validation.rejections.refusal();
  if (refusal) throw refusal;
  const series = families.reduce((sum, family) => sum + family.series, 0);
  return { families, series, values: validation.values(), dropped: validation.rejections.dropped() };
};

function startValidation(options: ValidationOptions) {
  const { described, isLenient, instance, onInvalid, maxSeries, reportedByOthers } = options;
  const { catalogue } = described;
  const known = knownSamples(catalogue);
  const rejections = createRejections(onInvalid);
  const openLabels = createOpenLabels(reportedByOthers);
  const count = createCounter(maxSeries);
  const context = { described, isLenient, instance, rejections, openLabels: openLabels.of, count };
  const validators = new Map<Family, FamilyValidator>();
  for (const family of Object.values(catalogue.families))
    validators.set(family, createFamilyValidator(family, context));

  function rejectionOf({ name, line, declared }: Sample, found: KnownSample | undefined): Rejection | undefined {
    if (!found) {
      const sentence = () => `has ${shorten(name)}, which is not in the catalogue ${catalogue.id}`;
      return { reason: 'unknown_family', line, name, label: null, sentence };
    }
    const { family } = found;
    if (!declared || isDeclarableAs(family.type, declared.type)) return undefined;
    const sentence = () =>
      `gives ${family.name} the type ${declared.type}: in the catalogue it has the type ${family.type}`;
    return { reason: 'wrong_type', line: declared.line, name: family.name, label: null, sentence };
  }

  return {
    rejections,
    validators: validators.values(),
    values: openLabels.values,
    add(sample: Sample): void {
      const found = known.get(sample.name);
      if (found === 'created') return;
      const rejection = rejectionOf(sample, found);
      if (rejection || !found) return rejection && rejections.add(rejection);
      validators.get(found.family)?.add(sample, found);
    },
    refuse(fault: Fault): Refusal {
      return rejections.refusal(fault) ?? new Refusal('invalid_report');
    },
  };
}

/** Counts the lines that are accepted. */
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
