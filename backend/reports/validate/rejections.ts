/** What of a text does not fit its catalogue. */
import type { DropReason } from '../../../contract/appliance.ts';
import { Refusal } from '../../http/refusal.ts';
import { MAX_TOLD_APART, type Dropped, type FitOptions } from '../accepted.ts';
import type { Fault } from '../../exposition/parse/types.ts';

export interface Misfit {
  readonly reason: DropReason;
  readonly line: number;
  readonly name: string;
  readonly label: string | null;
  /** A sentence that goes on after the line's number. It never holds a label's value of the text. */
  readonly sentence: () => string;
}

const MAX_ERRORS = 10;
const MAX_NAME_LENGTH = 200;
/** Stands for the names that are not told one by one any more. */
const OTHERS = '…';
/** Of these the first of a family and label says it all. */
const saidOnce: readonly DropReason[] = ['unknown_family', 'wrong_type', 'unknown_label', 'too_many_values'];

interface Counted extends Dropped {
  samples: number;
}

export function createMisfits(mode: FitOptions['misfits']) {
  const errors: Fault[] = [];
  const counted = new Map<string, Counted>();
  const toldApart = new Map<DropReason, number>();
  const said = new Set<string>();

  function count({ reason, name, label }: Misfit, samples: number): void {
    const shown = name.slice(0, MAX_NAME_LENGTH);
    const key = `${reason}\0${shown}\0${label ?? ''}`;
    const found = counted.get(key);
    const known = toldApart.get(reason) ?? 0;
    if (found) found.samples += samples;
    else if (name === OTHERS || known < MAX_TOLD_APART) {
      toldApart.set(reason, known + 1);
      counted.set(key, { reason, name: shown, label, samples });
    } else count({ reason, name: OTHERS, label: null, line: 0, sentence: () => '' }, samples);
  }

  function refuse({ reason, line, name, label, sentence }: Misfit): void {
    const key = `${reason}\0${name}\0${label ?? ''}`;
    if (errors.length === MAX_ERRORS || (saidOnce.includes(reason) && said.has(key))) return;
    said.add(key);
    errors.push({ line, fault: sentence() });
  }

  return {
    /** @param samples how many it takes with it */
    add: (misfit: Misfit, samples = 1) => (mode === 'drop' ? count(misfit, samples) : refuse(misfit)),
    /** Whether the text is refused, and more of it would tell nothing more. */
    isFull: () => errors.length === MAX_ERRORS,
    /** The refusal, where there is one. @param fault why the text is no exposition */
    refusal(fault?: Fault): Refusal | undefined {
      const all = fault ? [...errors, fault] : errors;
      return all.length > 0 ? refusalOf(all) : undefined;
    },
    dropped: (): Dropped[] => [...counted.values()].map((one) => ({ ...one })),
  };
}
export type Misfits = ReturnType<typeof createMisfits>;

function refusalOf(faults: readonly Fault[]): Refusal {
  const sorted = faults.toSorted((a, b) => a.line - b.line).slice(0, MAX_ERRORS);
  const errors = sorted.map(({ line, fault }) => ({ field: `line ${line}`, message: `${fault}.` }));
  const [first] = errors;
  return new Refusal('invalid_report', first && `${first.field} ${first.message}`, errors);
}
