/** YAML as a value that still knows where in the text each of its parts stands. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { Finding, Location, FindingCollector } from './finding.ts';

/** Aliases that a file may follow, counted as what they unfold to: more is a bomb. */
const MAX_ALIASES = 50;
const MAX_SYNTAX_FINDINGS = 10;

export interface YamlFile {
  /** Plain data; absent where the text is not YAML that can be used. */
  readonly value: unknown;
  readonly report: FindingCollector;
  /** The line in which something stands, from 1; of what is not there, where it would belong. */
  lineOf(place: Location): number;
  /** What was found, in the order of the text. */
  findings(): Finding[];
}

export function parseYamlFile(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const found: Finding[] = [];

  const add = (severity: Finding['severity'], rule: string, offset: number, place: Location, message: string) => {
    const { line, col } = lines.linePos(offset);
    found.push({
      severity,
      rule,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      path: place.path.join('.'),
      message,
    });
  };
  const report: FindingCollector = {
    error: (rule, place, message) => add('error', rule, offsetOf(document, text, place), place, message),
    warning: (rule, place, message) => add('warning', rule, offsetOf(document, text, place), place, message),
  };
  const syntax = (offset: number, message: string) => add('error', 'yaml', offset, { path: [] }, message);

  for (const problem of problemsOf(document)) syntax(problem.offset, problem.message);
  let value: unknown;
  if (found.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      const isBomb = (error as Error).message.startsWith('Excessive alias count');
      syntax(
        0,
        isBomb
          ? `uses more than ${MAX_ALIASES} aliases, each counted as often as it unfolds`
          : (error as Error).message,
      );
    }
  }
  return {
    value,
    report,
    lineOf: (place) => Math.max(lines.linePos(offsetOf(document, text, place)).line, 1),
    findings: () => found.toSorted((a, b) => a.line - b.line || a.column - b.column),
  };
}

interface Problem {
  readonly offset: number;
  readonly message: string;
}

function problemsOf(document: Document.Parsed): Problem[] {
  const tooDeep = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (tooDeep) return [{ offset: 0, message: 'is nested too deeply' }];
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ offset: pos[0], message }));
  if (problems.length > 0) return problems.slice(0, MAX_SYNTAX_FINDINGS);
  return [...oddKeys(document), ...circles(document)];
}

function oddKeys(document: Document.Parsed): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair(_key, { key }) {
      if (isScalar(key)) return;
      problems.push({ offset: (key as Node | null)?.range?.[0] ?? 0, message: 'a key has to be a word' });
    },
  });
  return problems;
}

/** An alias inside of what it stands for would never end. */
function circles(document: Document.Parsed): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_key, alias, ancestors) {
      const target = alias.resolve(document);
      if (ancestors.some((one) => one === target)) {
        problems.push({ offset: alias.range?.[0] ?? 0, message: `the alias *${alias.source} stands inside of itself` });
      }
    },
  });
  return problems;
}

/** Where a place begins in the text; of what is not there, where it would belong. */
function offsetOf(document: Document.Parsed, text: string, { path, on = 'value', offset = 0 }: Location): number {
  let node: unknown = document.contents;
  let start = document.contents?.range[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      const key = isScalar(pair?.key) ? pair.key : undefined;
      if (depth === path.length - 1 && on === 'key' && key?.range) return key.range[0];
      next = pair?.value ?? key;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
    }
    const range = (next as Node | null | undefined)?.range;
    if (!range) return start;
    node = next;
    start = range[0];
  }
  return start + insideOf(node, text, offset);
}

/** How far into the text a place inside a scalar's value is; 0 where the text is not the value, letter by letter. */
function insideOf(node: unknown, text: string, offset: number): number {
  if (offset === 0 || !isScalar(node) || typeof node.value !== 'string' || !node.range) return 0;
  for (const quote of [0, 1]) {
    const start = node.range[0] + quote;
    if (text.slice(start, start + node.value.length) === node.value) return quote + offset;
  }
  return 0;
}
