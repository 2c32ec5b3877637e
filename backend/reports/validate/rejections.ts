/** What of an exposition its catalogue does not allow: the errors of a rejected report, or the counts of what was dropped. */
import type { DropReason } from '../../../contract/appliance.ts';
import { Refusal } from '../../http/refusal.ts';
import { MAX_DISTINCT_DROPS, type Dropped, type ValidationOptions } from './accepted.ts';
import type { Fault } from '../../exposition/parse/types.ts';

export interface Rejection {
  readonly reason: DropReason;
  readonly line: number;
  readonly name: string;
  readonly label: string | null;
  /** A sentence that goes on after the line's number. It never holds a label's value of the text. */
  readonly sentence: () => string;
}

const MAX_ERRORS = 10;
const MAX_NAME_LENGTH = 200;
/** Stands for the names beyond those that are listed one by one. */
const OTHERS = '…';
/** Of these only the first of a family and label is reported. */
const reportedOnce: readonly DropReason[] = ['unknown_family', 'wrong_type', 'unknown_label', 'too_many_values'];

interface Counted extends Dropped {
  samples: number;
}

export function createRejections(onInvalid: ValidationOptions['onInvalid']) {
  const errors: Fault[] = [];
  const counted = new Map<string, Counted>();
  const distinct = new Map<DropReason, number>();
  const reported = new Set<string>();

  function count({ reason, name, label }: Rejection, samples: number): void {
    const shown = name.slice(0, MAX_NAME_LENGTH);
    const key = `${reason}\0${shown}\0${label ?? ''}`;
    const found = counted.get(key);
    const known = distinct.get(reason) ?? 0;
    if (found) found.samples += samples;
    else if (name === OTHERS || known < MAX_DISTINCT_DROPS) {
      distinct.set(reason, known + 1);
      counted.set(key, { reason, name: shown, label, samples });
    } else count({ reason, name: OTHERS, label: null, line: 0, sentence: () => '' }, samples);
  }

  function addError({ reason, line, name, label, sentence }: Rejection): void {
    const key = `${reason}\0${name}\0${label ?? ''}`;
    if (errors.length === MAX_ERRORS || (reportedOnce.includes(reason) && reported.has(key))) return;
    reported.add(key);
    errors.push({ line, fault: sentence() });
  }

  return {
    /** @param samples how many it takes with it */
    add: (rejection: Rejection, samples = 1) =>
      onInvalid === 'drop' ? count(rejection, samples) : addError(rejection),
    /** Whether the text is rejected, and there is room for no further error. */
    isFull: () => errors.length === MAX_ERRORS,
    /** The refusal, where there is one. @param fault why the text is no exposition */
    refusal(fault?: Fault): Refusal | undefined {
      const all = fault ? [...errors, fault] : errors;
      return all.length > 0 ? refusalOf(all) : undefined;
    },
    dropped: (): Dropped[] => [...counted.values()].map((one) => ({ ...one })),
  };
}
export type Rejections = ReturnType<typeof createRejections>;

function refusalOf(faults: readonly Fault[]): Refusal {
  const sorted = faults.toSorted((a, b) => a.line - b.line).slice(0, MAX_ERRORS);
  const errors = sorted.map(({ line, fault }) => ({ field: `line ${line}`, message: `${fault}.` }));
  const [first] = errors;
  return new Refusal('invalid_report', first && `${first.field} ${first.message}`, errors);
}
