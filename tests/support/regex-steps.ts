/** Counts what a backtracking engine does with a regular expression: the growth of a search, without a clock. */
import { parseRegExpLiteral, visitRegExpAST, type AST } from '@eslint-community/regexpp';

/** One state of the search has to hold, or the search goes back to the last choice. */
type Instruction =
  | { readonly op: 'character'; readonly matches: (character: string) => boolean }
  | { op: 'choice'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { readonly op: 'assert'; readonly holds: (text: string, at: number) => boolean }
  | { readonly op: 'look'; readonly program: Program; readonly negate: boolean }
  | { readonly op: 'group'; readonly number: number; readonly isStart: boolean }
  | { readonly op: 'again'; readonly number: number }
  | { readonly op: 'mark' }
  | { readonly op: 'moved' };
interface Program {
  readonly instructions: readonly Instruction[];
  readonly backwards: boolean;
}
/** Where the iterations of open loops began. */
type Marks = { readonly at: number; readonly outer: Marks } | undefined;
/** Where groups began and ended, the last first. */
type Groups =
  { readonly number: number; readonly isStart: boolean; readonly at: number; readonly earlier: Groups } | undefined;
interface State {
  readonly pc: number;
  readonly at: number;
  readonly marks: Marks;
  readonly groups: Groups;
}

export interface SteppedRegExp {
  /** Every set of characters that it tells apart. */
  readonly sets: readonly ((character: string) => boolean)[];
  /** Parts that are repeated, and whether without a small bound. */
  readonly isUnbounded: boolean;
  readonly literals: readonly string[];
  /** The steps of finding every match, and no more than `limit`. */
  search(text: string, limit: number): number;
}

/** Repeating that often is as good as forever. */
const MANY = 50;

export function stepped({ source, flags }: RegExp): SteppedRegExp {
  const { pattern } = parseRegExpLiteral(`/${source}/${flags}`);
  const captured: AST.CapturingGroup[] = [];
  visitRegExpAST(pattern, { onCapturingGroupEnter: (group) => void captured.push(group) });
  const sets = new Map<string, (character: string) => boolean>();
  const literals: string[] = [];
  let isUnbounded = false;

  function setOf(raw: string): (character: string) => boolean {
    const known = sets.get(raw);
    if (known) return known;
    const expression = new RegExp(`^${raw}$`, flags.replaceAll(/[gymd]/g, ''));
    const answers = new Map<string, boolean>();
    const matches = (character: string) => {
      const answer = answers.get(character) ?? expression.test(character);
      answers.set(character, answer);
      return answer;
    };
    sets.set(raw, matches);
    return matches;
  }

  function compile(alternatives: readonly AST.Alternative[], backwards: boolean): Program {
    const instructions: Instruction[] = [];
    choose(alternatives);
    return { instructions, backwards };

    function choose(options: readonly AST.Alternative[]): void {
      const ends: { op: 'jump'; to: number }[] = [];
      options.forEach((option, index) => {
        const isLast = index === options.length - 1;
        const choice = { op: 'choice' as const, first: instructions.length + 1, second: -1 };
        if (!isLast) instructions.push(choice);
        const elements = backwards ? option.elements.toReversed() : option.elements;
        noteLiterals(option.elements);
        elements.forEach(add);
        if (isLast) return;
        const end = { op: 'jump' as const, to: -1 };
        instructions.push(end);
        ends.push(end);
        choice.second = instructions.length;
      });
      for (const end of ends) end.to = instructions.length;
    }

    function add(element: AST.Element): void {
      switch (element.type) {
        case 'Character':
        case 'CharacterSet':
        case 'CharacterClass':
        case 'ExpressionCharacterClass':
          instructions.push({ op: 'character', matches: setOf(element.raw) });
          return;
        case 'Group':
          choose(element.alternatives);
          return;
        case 'CapturingGroup': {
          const number = captured.indexOf(element);
          instructions.push({ op: 'group', number, isStart: true });
          choose(element.alternatives);
          instructions.push({ op: 'group', number, isStart: false });
          return;
        }
        case 'Quantifier':
          repeat(element);
          return;
        case 'Assertion':
          assert(element);
          return;
        case 'Backreference':
          instructions.push({
            op: 'again',
            number: captured.indexOf([element.resolved].flat()[0] as AST.CapturingGroup),
          });
          return;
      }
    }

    function assert(assertion: AST.Assertion): void {
      if (assertion.kind === 'lookahead' || assertion.kind === 'lookbehind') {
        const program = compile(assertion.alternatives, assertion.kind === 'lookbehind');
        instructions.push({ op: 'look', program, negate: assertion.negate });
        return;
      }
      instructions.push({ op: 'assert', holds: edge(assertion, flags.includes('m')) });
    }

    function repeat({ element, min, max, greedy }: AST.Quantifier): void {
      if (max > MANY) isUnbounded = true;
      const body = () => {
        instructions.push({ op: 'mark' });
        add(element);
        instructions.push({ op: 'moved' });
      };
      for (let count = 0; count < min; count += 1) add(element);
      const choices: { op: 'choice'; first: number; second: number }[] = [];
      const begin = () => {
        const choice = { op: 'choice' as const, first: -1, second: -1 };
        instructions.push(choice);
        choice[greedy ? 'first' : 'second'] = instructions.length;
        choices.push(choice);
        return instructions.length - 1;
      };
      if (max === Infinity) {
        const start = begin();
        body();
        instructions.push({ op: 'jump', to: start });
      } else {
        for (let count = min; count < max; count += 1) {
          begin();
          body();
        }
      }
      for (const choice of choices) choice[greedy ? 'second' : 'first'] = instructions.length;
    }
  }

  /** Words that stand in the expression letter by letter. */
  function noteLiterals(elements: readonly AST.Element[]): void {
    let word = '';
    for (const element of [...elements, undefined]) {
      if (element?.type === 'Character') word += String.fromCodePoint(element.value);
      else {
        if (word.length > 1) literals.push(word);
        word = '';
      }
    }
  }

  const program = compile(pattern.alternatives, false);
  const isAnchored = flags.includes('y');
  return {
    sets: [...sets.values()],
    literals,
    isUnbounded,
    search(text, limit) {
      const count = { steps: 0, limit };
      for (let start = 0; start <= text.length && count.steps < limit;) {
        const end = run(program, text, start, count);
        if (end === undefined && isAnchored) break;
        if (end !== undefined && !/[gy]/.test(flags)) break;
        start = end !== undefined && end > start ? end : start + 1;
      }
      return count.steps;
    },
  };
}

function edge(assertion: AST.EdgeAssertion | AST.WordBoundaryAssertion, multiline: boolean) {
  const isWord = (character: string | undefined) => character !== undefined && /\w/.test(character);
  switch (assertion.kind) {
    case 'start':
      return (text: string, at: number) => at === 0 || (multiline && text[at - 1] === '\n');
    case 'end':
      return (text: string, at: number) => at === text.length || (multiline && text[at] === '\n');
    case 'word':
      return (text: string, at: number) => (isWord(text[at - 1]) !== isWord(text[at])) !== assertion.negate;
  }
}

/** @returns where the first match from `start` on ends */
function run(
  { instructions, backwards }: Program,
  text: string,
  start: number,
  count: { steps: number; readonly limit: number },
): number | undefined {
  const choices: State[] = [];
  let state: State | undefined = { pc: 0, at: start, marks: undefined, groups: undefined };
  while (state && count.steps < count.limit) {
    count.steps += 1;
    const { pc, at, marks, groups }: State = state;
    const instruction: Instruction | undefined = instructions[pc];
    if (!instruction) return at;
    const next: { -readonly [Key in keyof State]: State[Key] } = { pc: pc + 1, at, marks, groups };
    let holds = true;
    switch (instruction.op) {
      case 'character': {
        const character: string | undefined = text[backwards ? at - 1 : at];
        holds = character !== undefined && instruction.matches(character);
        next.at = backwards ? at - 1 : at + 1;
        break;
      }
      case 'choice':
        choices.push({ pc: instruction.second, at, marks, groups });
        next.pc = instruction.first;
        break;
      case 'jump':
        next.pc = instruction.to;
        break;
      case 'assert':
        holds = instruction.holds(text, at);
        break;
      case 'look':
        holds = (run(instruction.program, text, at, count) !== undefined) !== instruction.negate;
        break;
      case 'group':
        next.groups = { number: instruction.number, isStart: instruction.isStart, at, earlier: groups };
        break;
      case 'again': {
        const again = textOfGroup(text, groups, instruction.number);
        holds = text.startsWith(again, at);
        next.at = at + again.length;
        break;
      }
      case 'mark':
        next.marks = { at, outer: marks };
        break;
      case 'moved':
        holds = marks?.at !== at;
        next.marks = marks?.outer;
        break;
    }
    state = holds ? next : choices.pop();
  }
  return undefined;
}

function textOfGroup(text: string, groups: Groups, number: number): string {
  let end: number | undefined;
  for (let one = groups; one; one = one.earlier) {
    if (one.number !== number) continue;
    if (!one.isStart) end ??= one.at;
    else if (end !== undefined) return text.slice(one.at, end);
  }
  return '';
}
