/**
 * The words of a ClickHouse statement, as far as the embedded server understands them. Everything that ClickHouse's own
 * lexer could read differently (comments, heredocs, curly quotes, escapes in names) is rejected rather than imitated.
 */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  /** A name in backticks or double quotes, without them. */
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'symbol'; readonly text: string };

export class UnreadableStatement extends Error {}

const patterns: readonly (readonly [Token['kind'] | 'space', RegExp])[] = [
  ['space', /[ \t\r\n]+/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_])/y],
  // a backslash takes the next character with it and a doubled quote is a quote, as in ClickHouse
  ['string', /'(?:[^'\\]|\\[^]|'')*'/y],
  ['name', /`[A-Za-z0-9_ ().,:*+-]+`|"[A-Za-z0-9_ ().,:*+-]+"/y],
  ['symbol', /--|\/\*|[-+*/%=<>!()[\]{},.;:?|&^@]/y],
];

/** @throws UnreadableStatement where the text contains anything outside the words above. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const found = match(sql, at);
    if (found === undefined)
      throw new UnreadableStatement('the statement contains a character or name that is not read');
    if (found.text === '--' || found.text === '/*') throw new UnreadableStatement('comments are not read');
    at += found.text.length;
    if (found.kind === 'space') continue;
    tokens.push({ kind: found.kind, text: found.kind === 'name' ? found.text.slice(1, -1) : found.text });
  }
  return tokens;
}

function match(sql: string, at: number): { kind: Token['kind'] | 'space'; text: string } | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}
