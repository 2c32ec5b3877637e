/** Whether a sample's labels are those that the catalogue allows its family. */
import { constantValues, isOpen, type Family } from '../../../contract/catalogue-model.ts';
import type { DescribedCatalogue } from '../../../contract/documents/described-catalogue.ts';
import { labelPair } from '../../exposition/text.ts';
import { shorten } from '../../exposition/parse/labels.ts';
import type { Sample } from '../../exposition/parse/types.ts';
import type { Rejection } from './rejections.ts';
import type { OpenLabel, OpenLabels } from './open-label.ts';

/** How many listed values a sentence repeats. */
const SHOWN_VALUES = 10;

/** Labels that are the family's, with values that are listed, where the catalogue lists them. */
export interface AcceptedLabels {
  /** As they stand on the line, in the catalogue's order: the same for the same series. */
  readonly pairs: string;
  /** In the catalogue's order, empty where the label is absent. */
  readonly values: readonly string[];
}

export interface LabelValidator {
  /** @param apart is read elsewhere: the bound of a bucket */
  validate(sample: Sample, apart?: 'le'): AcceptedLabels | Rejection;
  /** The first open label whose bound the value would exceed. */
  exceededBound(labels: AcceptedLabels, line: number): Rejection | undefined;
  /** Open values count only once their sample is accepted. */
  countOpenValues(labels: AcceptedLabels): void;
}

interface Rule {
  readonly label: string;
  readonly listed?: ReadonlySet<string>;
  readonly open?: OpenLabel;
  /** Whether no series is without it. */
  readonly isNeeded: boolean;
}

export function createLabelValidator(
  family: Family,
  described: DescribedCatalogue,
  instance: string | undefined,
  openLabels: OpenLabels,
): LabelValidator {
  const { name } = family;
  const rules = rulesOf(family, described, openLabels);
  const positions = new Map(rules.map(({ label }, index) => [label, index]));
  const added = instance === undefined ? '' : labelPair('instance', instance);
  const allowed = family.combinations?.map((one) => keyOf(rules.map(({ label }) => one[label] ?? '')));
  const combinations = allowed && new Set(allowed);

  function place({ labels, line }: Sample, apart: string | undefined): string[] | Rejection {
    const values = new Array<string>(rules.length).fill('');
    for (const { name: label, value } of labels) {
      if (value === '' || label === apart) continue; // a label without a value is none
      const position = positions.get(label);
      if (position === undefined || (label === 'instance' && added !== '')) return unknown(label, line);
      values[position] = value;
    }
    return values;
  }

  function unknown(label: string, line: number): Rejection {
    const own = `gives ${name} the label instance, which is added to all that is reported: leave it out`;
    const other = `gives ${name} the label ${shorten(label)}, which it does not have in the catalogue`;
    const sentence = () => (label === 'instance' && added !== '' ? own : other);
    return { reason: 'unknown_label', line, name, label: shorten(label), sentence };
  }

  function unlisted({ label, listed = new Set() }: Rule, isAbsent: boolean, line: number): Rejection {
    const what = isAbsent
      ? `leaves out the label ${label} of ${name}`
      : `gives the label ${label} of ${name} a value that the catalogue does not list`;
    const sentence = () => `${what}: it has to be ${oneOf([...listed])}`;
    return { reason: 'unknown_value', line, name, label, sentence };
  }

  return {
    validate(sample, apart) {
      const values = place(sample, apart);
      if (!Array.isArray(values)) return values;
      let pairs = '';
      for (let i = 0; i < rules.length; i++) {
        const rule = rules[i];
        const value = values[i] ?? '';
        if (!rule) continue;
        if (value === '') {
          if (rule.isNeeded) return unlisted(rule, true, sample.line);
          continue;
        }
        if (rule.listed && !rule.listed.has(value)) return unlisted(rule, false, sample.line);
        pairs += `${pairs && ','}${labelPair(rule.label, value)}`;
      }
      if (combinations && !combinations.has(keyOf(values))) {
        const sentence = () => `gives the labels of ${name} values that the catalogue lists, but not together`;
        return { reason: 'unknown_value', line: sample.line, name, label: null, sentence };
      }
      return { pairs: pairs && added ? `${pairs},${added}` : pairs + added, values };
    },

    exceededBound({ values }, line) {
      for (const [index, { label, open }] of rules.entries()) {
        const value = values[index] ?? '';
        if (!open || value === '' || open.hasRoom([value])) continue;
        const sentence = () => `gives the label ${label} of ${name} one more value than the ${open.max} of its bound`;
        return { reason: 'too_many_values', line, name, label, sentence };
      }
      return undefined;
    },

    countOpenValues({ values }) {
      for (const [index, { open }] of rules.entries()) {
        const value = values[index] ?? '';
        if (value !== '') open?.add(value);
      }
    },
  };
}

export function isRejection(found: object): found is Rejection {
  return 'reason' in found;
}

function rulesOf(family: Family, { catalogue, constants }: DescribedCatalogue, openLabels: OpenLabels): Rule[] {
  return Object.entries(family.labels).map(([label, values]): Rule => {
    if (isOpen(values)) return { label, open: openLabels(family.name, label, values.max), isNeeded: false };
    const listed = new Set('constant' in values ? constantValues(constants, values.constant) : values);
    // Where every series is known beforehand none lacks a label; and a state is what a stateset is about.
    const isState = family.type === 'stateset' && label === family.name;
    return { label, listed, isNeeded: (catalogue.scope === 'platform-health' || isState) && !listed.has('') };
  });
}

function keyOf(values: readonly string[]): string {
  return values.join('\0');
}

function oneOf(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_VALUES).map((value) => JSON.stringify(value));
  if (shown.length < 2) return shown.join('');
  const others = values.length - shown.length;
  return `one of ${shown.join(', ')}${others > 0 ? ` and ${others} others` : ''}`;
}
