/** Every regular expression in the product's sources: literals, patterns of schemas, and what is put together elsewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What runs at its owner's. `scripts/` reads this repository alone. */
const FOLDERS = ['backend', 'contract', 'src', 'examples'];

export interface FoundExpression {
  /** `file:line` */
  readonly place: string;
  readonly expression: RegExp;
}

export interface FoundExpressions {
  readonly expressions: readonly FoundExpression[];
  /** Files that put one together from what is known only when they run. */
  readonly madeAtRunTime: readonly string[];
}

export function findRegularExpressions(): FoundExpressions {
  const expressions: FoundExpression[] = [];
  const madeAtRunTime = new Set<string>();
  for (const file of FOLDERS.flatMap(sourcesIn)) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      const expression = expressionOf(node);
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const name = relative(ROOT, file);
      if (expression) expressions.push({ place: `${name}:${line + 1}`, expression });
      else if (isDynamic(node)) madeAtRunTime.add(name);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { expressions, madeAtRunTime: [...madeAtRunTime].sort() };
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|tsx|mjs)$/.test(file))
    .map((file) => join(ROOT, folder, file));
}

function expressionOf(node: ts.Node): RegExp | undefined {
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/');
    return new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
  }
  // A text that begins as a pattern does is one: it is given to a schema, or to a constructor.
  if (!ts.isStringLiteralLike(node) || !(node.text.startsWith('^') || isPattern(node.parent))) return undefined;
  return new RegExp(node.text, 'u');
}

function isPattern(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node) && node.name.getText() === 'pattern';
}

function isDynamic(node: ts.Node): boolean {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return false;
  const [pattern] = node.arguments ?? [];
  return node.expression.getText() === 'RegExp' && pattern !== undefined && !ts.isStringLiteralLike(pattern);
}
