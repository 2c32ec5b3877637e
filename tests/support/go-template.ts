/**
 * The part of Go's text/template that our alert rules use, as Grafana sets it up (`missingkey=invalid`): text, `with`,
 * `if`, `else`, `end`, `$values.A`, `$labels.x`, `.`, fields of what they give, functions and pipes. What is missing in a map
 * is nothing: a condition that is false, `<no value>` where it is printed, an error for a function that is given it.
 */

/** A value of a query. Go prints it as its number, and takes a struct for true whatever its number is. */
export interface GoValue {
  readonly Value: number;
}
export interface GoData {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, GoValue>>;
  readonly externalUrl: string;
}

type Item = string | number | GoValue | undefined;
interface Block {
  readonly block: 'with' | 'if';
  readonly pipe: string;
  readonly then: Node[];
  readonly otherwise: Node[];
}
type Node = { readonly text: string } | { readonly pipe: string } | Block;

/** @throws where Go's parser or its execution reports an error */
export function expand(template: string, data: GoData): string {
  return render(parse(template), undefined, data);
}

function parse(template: string): Node[] {
  const root: Node[] = [];
  const open: { block: Block; to: Node[] }[] = [];
  const here = () => open.at(-1)?.to ?? root;
  for (const piece of template.split(/(\{\{.*?\}\})/)) {
    const action = /^\{\{\s*(.*?)\s*\}\}$/.exec(piece)?.[1];
    if (action === undefined) {
      if (piece !== '') here().push({ text: piece });
      continue;
    }
    const [word, ...rest] = action.split(' ');
    const innermost = open.at(-1);
    if (word === 'with' || word === 'if') {
      const block: Block = { block: word, pipe: rest.join(' '), then: [], otherwise: [] };
      here().push(block);
      open.push({ block, to: block.then });
    } else if (action === 'else' || action === 'end') {
      if (!innermost) throw new Error(`unexpected {{${action}}}`);
      if (action === 'else') innermost.to = innermost.block.otherwise;
      else open.pop();
    } else here().push({ pipe: action });
  }
  if (open.length > 0) throw new Error('unexpected EOF');
  return root;
}

function render(nodes: readonly Node[], dot: Item, data: GoData): string {
  const parts = nodes.map((node) => {
    if ('text' in node) return node.text;
    const item = evaluate(node.pipe, dot, data);
    if (!('block' in node)) return print(item);
    const chosen = isTrue(item) ? node.then : node.otherwise;
    return render(chosen, node.block === 'with' && isTrue(item) ? item : dot, data);
  });
  return parts.join('');
}

const isTrue = (item: Item) => (typeof item === 'object' ? true : Boolean(item));
const print = (item: Item) =>
  item === undefined ? '<no value>' : String(typeof item === 'object' ? item.Value : item);

function evaluate(pipe: string, dot: Item, data: GoData): Item {
  let piped: { item: Item } | undefined;
  for (const command of pipe.split(' | ')) {
    const [name = '', ...words] = command.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
    const isFunction = /^[a-z]\w*$/i.test(name);
    if (!isFunction && (words.length > 0 || piped)) throw new Error(`can't give argument to non-function ${name}`);
    const given = [...words.map((word) => operand(word, dot, data)), ...(piped ? [piped.item] : [])];
    piped = { item: isFunction ? call(name, given, data) : operand(name, dot, data) };
  }
  return piped?.item;
}

function operand(word: string, dot: Item, data: GoData): Item {
  if (word.startsWith('"')) return JSON.parse(word) as string;
  if (word === '.') return dot;
  if (word === 'externalURL') return data.externalUrl;
  const [, start = '', ...path] = /^(\$labels|\$values|)((?:\.\w+)+)$/.exec(word) ?? [];
  const fields = path.join('').split('.').slice(1);
  if (fields.length === 0) throw new Error(`not of the part of templates that is known here: ${word}`);
  if (start === '$labels') return field(data.labels[fields[0]!], fields.slice(1));
  if (start === '$values') return field(data.values[fields[0]!], fields.slice(1));
  if (dot === undefined) throw new Error(`nil data; no entry for key ${word}`);
  return field(dot, fields);
}

/** Of what is nothing every field is nothing. */
function field(item: Item, path: readonly string[]): Item {
  const [name, ...rest] = path;
  if (name === undefined || item === undefined) return item;
  if (typeof item !== 'object' || name !== 'Value') throw new Error(`can't evaluate field ${name}`);
  return field(item.Value, rest);
}

function call(name: string, given: readonly Item[], data: GoData): string {
  if (name === 'externalURL') return data.externalUrl;
  if (name === 'reReplaceAll') {
    const [pattern, by, text] = given as string[];
    return text!.replaceAll(new RegExp(pattern!, 'g'), by!);
  }
  const [item] = given;
  if (!['humanize', 'humanizeDuration', 'humanizePercentage'].includes(name)) {
    throw new Error(`function "${name}" not defined`);
  }
  if (typeof item !== 'number') throw new Error(`error calling ${name}: can't convert ${print(item)} to float`);
  return `${name}(${item})`;
}
