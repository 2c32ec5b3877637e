/** One element of an `Accept`-like header: what is accepted, its parameters (names in lower case) and its weight. */
export interface WeightedItem {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/** RFC 9110's qvalue, with any number of decimals. */
const qvalue = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/;

/**
 * Elements of an `Accept` or `Accept-Encoding` header in the order listed. Takes time linear in the header and never
 * throws: an element that cannot be read (a weight that is none, a quote that never closes) is left out.
 */
export function parseWeightedList(header: string): WeightedItem[] {
  const items: WeightedItem[] = [];
  for (const element of splitUnquoted(header, ',')) {
    const item = parseItem(element);
    if (item) items.push(item);
  }
  return items;
}

function parseItem(element: string): WeightedItem | undefined {
  const [value = '', ...rest] = splitUnquoted(element, ';').map((part) => part.trim());
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const equals = parameter.indexOf('=');
    if (equals < 0) continue;
    const text = unquote(parameter.slice(equals + 1).trim());
    if (text === undefined) return undefined;
    parameters.set(parameter.slice(0, equals).trim().toLowerCase(), text);
  }
  const weight = parameters.get('q') ?? '1';
  return qvalue.test(weight) ? { value: value.toLowerCase(), parameters, weight: Number(weight) } : undefined;
}

function unquote(text: string): string | undefined {
  if (!text.startsWith('"')) return text;
  if (text.length < 2 || !text.endsWith('"')) return undefined;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}

/** Splits at a separator outside quoted strings; a quote that never closes takes the rest. */
function splitUnquoted(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') at++;
    else if (!quoted && character === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
