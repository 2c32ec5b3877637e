/** What a PromQL expression asks for, by Prometheus' own grammar. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** Something at a place of the expression. */
export interface Located<Value> {
  readonly value: Value;
  readonly offset: number;
}

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Selector {
  /** The name of the samples, where it is written as one. */
  readonly name: string | undefined;
  readonly matchers: readonly Located<Matcher>[];
  readonly hasRange: boolean;
  /** Where further matchers can be put in. */
  readonly braces: { readonly offset: number; readonly exist: boolean };
  /** The function that takes it as its argument, in lower case. */
  readonly takenBy: string | undefined;
}

export interface Expression {
  /** Where it cannot be parsed any further. */
  readonly problem: Located<string> | undefined;
  readonly selectors: readonly Located<Selector>[];
  /** Labels after by, without, on, ignoring, group_left and group_right. */
  readonly groupings: readonly Located<string>[];
  /** Labels that the expression makes: by label_replace, label_join, count_values. */
  readonly madeLabels: readonly string[];
  /** The labels of its answer, where the expression itself says: an aggregation keeps those after `by`. */
  readonly keptLabels: readonly string[] | undefined;
  /** Aggregations inside of histogram_quantile that lose the buckets. */
  readonly lostBuckets: readonly number[];
}

const dashboardDuration = /\$(__rate_interval|__interval|__range)\b/g;
const labelMakers = new Set(['label_replace', 'label_join', 'count_values']);

/** Grafana's durations are understood where a dashboard asks; they count as one of the same length. */
export function parseExpression(expr: string, of: 'dashboard' | 'alert'): Expression {
  const text = of === 'alert' ? expr : expr.replaceAll(dashboardDuration, (name) => '5m'.padStart(name.length, '0'));
  const selectors: Located<Selector>[] = [];
  const groupings: Located<string>[] = [];
  const madeLabels: string[] = [];
  const lostBuckets: number[] = [];
  let problem: Located<string> | undefined;
  const tree = parser.parse(text);
  tree.iterate({
    enter({ node, type, from, to }) {
      if (type.isError) problem ??= { offset: Math.min(from, text.length), value: remainder(expr, from) };
      if (type.name === 'VectorSelector') selectors.push({ offset: from, value: selector(node, text) });
      if (type.name === 'StringLiteral') {
        const bad = badEscape(text.slice(from, to));
        if (bad !== undefined)
          problem ??= {
            offset: from + bad,
            value: `${text.slice(from + bad, from + bad + 2)} is no escape in a string`,
          };
      }
      if (type.name === 'GroupingLabels') groupings.push(...names(node, text));
      const called = type.name === 'FunctionCall' || type.name === 'AggregateExpr' ? nameOf(node, text) : undefined;
      if (called !== undefined && labelMakers.has(called)) madeLabels.push(...strings(node, text));
      if (called === 'histogram_quantile') lostBuckets.push(...withoutBuckets(node, text));
    },
  });
  if (text.trim() === '') problem = { offset: 0, value: 'is empty' };
  const kept = problem ? undefined : keptLabels(tree.topNode.firstChild, text);
  return { problem, selectors, groupings, madeLabels, keptLabels: kept, lostBuckets };
}

/** The expression with further matchers in each of its selectors, the first of each. */
export function withMatchers(expr: string, matchersOf: (name: string) => readonly string[]): string {
  let text = expr;
  const { selectors } = parseExpression(expr, 'dashboard');
  for (const { value } of selectors.toReversed()) {
    const { name = '', braces, matchers } = value;
    const added = matchersOf(name).join(', ');
    const inside = matchers.length > 0 && added !== '' ? `${added}, ` : added;
    const inserted = braces.exist ? inside : added === '' ? '' : `{${added}}`;
    text = text.slice(0, braces.offset) + inserted + text.slice(braces.offset);
  }
  return text;
}

function selector(node: SyntaxNode, text: string): Selector {
  const identifier = node.getChild('Identifier');
  const labels = node.getChild('LabelMatchers');
  const matchers = (labels?.getChildren('UnquotedLabelMatcher') ?? []).map((one) => ({
    offset: one.from,
    value: matcher(one, text),
  }));
  return {
    name: identifier ? text.slice(identifier.from, identifier.to) : undefined,
    matchers,
    hasRange: node.parent?.name === 'MatrixSelector',
    braces: labels ? { offset: labels.from + 1, exist: true } : { offset: node.to, exist: false },
    takenBy: takenBy(node, text),
  };
}

function matcher(node: SyntaxNode, text: string): Matcher {
  const part = (name: string) => {
    const child = node.getChild(name);
    return child ? text.slice(child.from, child.to) : '';
  };
  return { label: part('LabelName'), operator: part('MatchOp'), value: part('StringLiteral').slice(1, -1) };
}

/** The function whose argument this is, through the range and an offset. */
function takenBy(node: SyntaxNode, text: string): string | undefined {
  let outer = node.parent;
  while (outer && ['MatrixSelector', 'OffsetExpr', 'StepInvariantExpr', 'ParenExpr'].includes(outer.name))
    outer = outer.parent;
  const call = outer?.name === 'FunctionCallBody' ? outer.parent : null;
  return call?.name === 'FunctionCall' ? nameOf(call, text) : undefined;
}

function nameOf(node: SyntaxNode, text: string): string | undefined {
  const name = node.getChild('FunctionIdentifier') ?? node.getChild('AggregateOp');
  return name ? text.slice(name.from, name.to).toLowerCase() : undefined;
}

function names(node: SyntaxNode, text: string): Located<string>[] {
  return node.getChildren('LabelName').map(({ from, to }) => ({ offset: from, value: text.slice(from, to) }));
}

function strings(node: SyntaxNode, text: string): string[] {
  const literals = node.getChild('FunctionCallBody')?.getChildren('StringLiteral') ?? [];
  return literals.map(({ from, to }) => text.slice(from + 1, to - 1));
}

/** Aggregations that choose among series, which keep all of their labels. */
const choosing = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio', 'count_values']);

function keptLabels(node: SyntaxNode | null, text: string): string[] | undefined {
  if (node?.name === 'ParenExpr') return keptLabels(node.firstChild, text);
  if (node?.name === 'BinaryExpr') {
    const [left, right] = [node.firstChild, node.lastChild].map((side) =>
      side?.name === 'NumberDurationLiteral' ? null : side,
    );
    return left && right ? undefined : keptLabels(left ?? right ?? null, text);
  }
  if (node?.name === 'FunctionCall' && nameOf(node, text) === 'histogram_quantile') {
    return keptLabels(node.getChild('FunctionCallBody')?.lastChild ?? null, text)?.filter((label) => label !== 'le');
  }
  if (node?.name !== 'AggregateExpr' || choosing.has(nameOf(node, text) ?? '')) return undefined;
  const modifier = node.getChild('AggregateModifier');
  if (modifier?.getChild('Without')) return undefined;
  const labels = modifier?.getChild('GroupingLabels');
  return labels ? names(labels, text).map(({ value }) => value) : [];
}

/** Aggregations right inside of a histogram_quantile that keep no `le`: then there is nothing left to tell quantiles from. */
function withoutBuckets(call: SyntaxNode, text: string): number[] {
  const aggregations = call.getChild('FunctionCallBody')?.getChildren('AggregateExpr') ?? [];
  const loses = (aggregation: SyntaxNode) => {
    const modifier = aggregation.getChild('AggregateModifier');
    const labels = modifier?.getChild('GroupingLabels');
    const hasLe = labels ? names(labels, text).some(({ value }) => value === 'le') : false;
    return modifier?.getChild('Without') ? hasLe : !hasLe;
  };
  return aggregations.filter(loses).map(({ from }) => from);
}

function remainder(expr: string, from: number): string {
  const rest = expr.slice(from).trim();
  return rest === '' ? 'ends too early' : `is not PromQL from ${JSON.stringify(rest.slice(0, 20))} on`;
}

/** Where a quoted string has an escape that Prometheus, like Go, does not know. In backquotes nothing is one. */
function badEscape(literal: string): number | undefined {
  if (literal.startsWith('`')) return undefined;
  const found =
    /^(?:[^\\]|\\(?:[abfnrtv\\'"]|[0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*/.exec(literal)?.[0]
      .length ?? 0;
  return found < literal.length ? found : undefined;
}
