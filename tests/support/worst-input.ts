/** Texts that a regular expression may take long for: a head, something again and again, and an end that does not fit. */
import type { SteppedRegExp } from './regex-steps.ts';

interface Shape {
  readonly head: string;
  readonly again: string;
  readonly tail: string;
}

/** Characters from which one of each kind that the expression tells apart is taken. */
const CHARACTERS = [
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...['\u0085', '\u00e9', '\u200b', '\u2028', '\u2066', '\ud800', '\u4e00'],
];
const SHORT = 128;
const LONG = 512;

export interface Worst {
  readonly text: string;
  readonly steps: number;
}

/** The text of `length` characters for which a search takes most steps, of those that were tried; at most `limit` steps. */
export function worstInput(expression: SteppedRegExp, length: number, limit: number): Worst {
  let worst: Shape = { head: '', again: 'a', tail: '' };
  let most = 0;
  for (const shape of shapes(expression)) {
    const short = expression.search(textOf(shape, SHORT), limit);
    // What grows with the square shows in what the longer text adds, what grows faster in the short one alone.
    const added = short >= limit ? limit : expression.search(textOf(shape, LONG), limit) - short;
    if (added <= most) continue;
    most = added;
    worst = shape;
    if (most >= limit) break;
  }
  const text = textOf(worst, length);
  return { text, steps: expression.search(text, limit) };
}

function* shapes(expression: SteppedRegExp): Generator<Shape> {
  const kinds = characterKinds(expression);
  const words = [...new Set([...kinds, ...expression.literals])];
  const pairs = words.flatMap((one) => words.filter((other) => other !== one).map((other) => one + other));
  for (const again of [...words, ...pairs]) {
    for (const head of ['', ...expression.literals]) {
      for (const tail of ['', ...kinds.slice(0, 3)]) yield { head, again, tail };
    }
  }
}

/** One character for each combination of the expression's sets; the first is in none of them, where there is one. */
function characterKinds({ sets }: SteppedRegExp): string[] {
  const kinds = new Map<string, string>();
  for (const character of CHARACTERS) {
    const kind = sets.map((matches) => (matches(character) ? '1' : '0')).join('');
    if (!kinds.has(kind)) kinds.set(kind, character);
  }
  return [...kinds].sort(([a], [b]) => a.localeCompare(b, 'en')).map(([, character]) => character);
}

function textOf({ head, again, tail }: Shape, length: number): string {
  const room = Math.max(length - head.length - tail.length, 0);
  return head + again.repeat(Math.ceil(room / again.length)).slice(0, room) + tail;
}
