/**
 * What can be changed in a source file so that a test should notice, and the file with all of these changes compiled in,
 * each behind a switch. Text in, text out: types are not checked, and nothing is written.
 */
import ts from 'typescript';

/**
 * @typedef {object} Mutant
 * @property {number} index its number within the file
 * @property {number} line from 1
 * @property {string} kind
 * @property {string} code what stands there, on one line
 * @property {string} becomes what stands there instead, on one line
 * @property {number} from @property {number} to the expression that is switched
 * @property {string} text what it is switched to; nothing where a function's body is left at once
 */

/** @typedef {{ messages?: boolean }} MutantOptions `messages`: texts for people, and what is logged, as well */

const { SyntaxKind } = ts;

const operators = byName({
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '+=': ['-='],
  '-=': ['+='],
  '??=': ['='],
  '||=': ['='],
  '&': ['|'],
  '|': ['&'],
});

/** Comparisons that a query builder is given as text. */
const sqlOperators = byName({
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '=': '!=',
  '!=': '=',
  desc: 'asc',
  is: 'is not',
});

const methods = byName({
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  shift: 'pop',
  find: 'findLast',
  findIndex: 'findLastIndex',
});

/** Calls in a chain that are left out: what stands before them is enough. */
const dropped = new Set([
  'filter',
  'slice',
  'sort',
  'reverse',
  'trim',
  'trimEnd',
  'toLowerCase',
  'where',
  'whereRef',
  'orderBy',
  'limit',
]);

/** What only people read: names of calls whose texts and whose removal count as messages. */
const messageCalls = /^(?:logger|log|console)\b|^new (?:\w*Error|Stop)$/;

/** @template Value @param {Readonly<Record<string, Value>>} record @returns {ReadonlyMap<string, Value>} */
function byName(record) {
  return new Map(Object.entries(record));
}

/** @param {string} text */
const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

/**
 * Every mutant of a file, in the order of its text.
 * @param {string} name @param {string} text @param {MutantOptions} [options] @returns {Mutant[]}
 */
export function findMutants(name, text, { messages = false } = {}) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  /** @type {Omit<Mutant, 'index'>[]} */
  const found = [];

  /** @param {ts.Node} node */
  const raw = (node) => text.slice(node.getStart(file), node.end);

  /**
   * @param {string} kind @param {ts.Node} node what is replaced @param {string} by
   * @param {ts.Node} [at] what is switched, where that is more
   */
  function replace(kind, node, by, at = node) {
    const place = switchable(at);
    if (!place) return;
    const [from, to] = [place.getStart(file), place.end];
    const [start, end] = [node.getStart(file), node.end];
    const { line } = file.getLineAndCharacterOfPosition(start);
    found.push({
      line: line + 1,
      kind,
      code: oneLine(raw(node)),
      becomes: oneLine(by),
      from,
      to,
      text: text.slice(from, start) + by + text.slice(end, to),
    });
  }

  /** @param {ts.CallExpression | ts.NewExpression} node */
  const calleeOf = (node) => `${ts.isNewExpression(node) ? 'new ' : ''}${oneLine(raw(node.expression))}`;

  /** @param {ts.Node} node */
  function isMessage(node) {
    for (let at = node.parent; !ts.isStatement(at) && !ts.isSourceFile(at); at = at.parent) {
      if ((ts.isCallExpression(at) || ts.isNewExpression(at)) && messageCalls.test(calleeOf(at))) return true;
      if (ts.isFunctionLike(at)) return false;
    }
    return false;
  }

  /** @param {ts.Expression} condition @param {readonly string[]} values */
  function decide(condition, values) {
    for (const value of values) if (raw(condition) !== value) replace('condition', condition, value);
  }

  /** @param {ts.NumericLiteral} node */
  function number(node) {
    const value = Number(node.text);
    const minus = ts.isPrefixUnaryExpression(node.parent) ? node.parent : undefined;
    const others = Math.abs(value) < 32 ? [value + 1, value - 1] : [value * 2, Math.floor(value / 2)];
    if (!Number.isFinite(value)) return;
    for (const other of others) replace('number', node, other < 0 ? `(${other})` : String(other), minus ?? node);
  }

  /** @param {ts.StringLiteralLike} node */
  function string(node) {
    const { parent } = node;
    const operator = sqlOperators.get(node.text);
    if (operator !== undefined && ts.isCallExpression(parent)) return replace('comparison', node, `'${operator}'`);
    if (node.text === '') return;
    const isCompared = ts.isBinaryExpression(parent) || ts.isCaseClause(parent);
    if (isCompared || (messages && (ts.isStringLiteral(node) || isMessage(node)))) replace('string', node, `''`);
  }

  /** @param {ts.BinaryExpression} node */
  function binary(node) {
    const { left, right, operatorToken } = node;
    const operator = raw(operatorToken);
    const isText = [left, right].some((one) => ts.isStringLiteralLike(one) || ts.isTemplateExpression(one));
    if (operator === '+' && isText) return;
    for (const other of operators.get(operator) ?? []) replace('operator', operatorToken, other, node);
    if (operator === '&&' || operator === '||' || operator === '??') {
      replace('operand', node, raw(left));
      replace('operand', node, raw(right));
    }
  }

  /** @param {ts.CallExpression} node */
  function call(node) {
    const { expression } = node;
    if (!ts.isPropertyAccessExpression(expression)) return;
    const { name: method } = expression;
    const other = methods.get(method.text);
    if (other !== undefined) replace('method', method, other, node);
    if (dropped.has(method.text)) replace('call left out', node, raw(expression.expression));
  }

  /** @param {ts.ExpressionStatement} node */
  function statement({ expression }) {
    const inner = ts.isAwaitExpression(expression) ? expression.expression : expression;
    if (!messages && ts.isCallExpression(inner) && messageCalls.test(calleeOf(inner))) return;
    const isWork =
      ts.isCallExpression(inner) ||
      ts.isYieldExpression(inner) ||
      ts.isVoidExpression(inner) ||
      ts.isPostfixUnaryExpression(inner) ||
      ts.isPrefixUnaryExpression(inner) ||
      (ts.isBinaryExpression(inner) && inner.operatorToken.kind >= SyntaxKind.FirstAssignment);
    const isSuper = ts.isCallExpression(inner) && inner.expression.kind === SyntaxKind.SuperKeyword;
    if (isWork && !isSuper) replace('statement left out', expression, 'undefined');
  }

  /** @param {ts.FunctionLikeDeclaration} node */
  function body({ body: block, kind }) {
    if (!block || kind === SyntaxKind.Constructor) return;
    if (!ts.isBlock(block)) {
      const isPlain = ts.isIdentifier(block) || ts.isLiteralExpression(block) || raw(block) === 'undefined';
      if (!isPlain) replace('result', block, 'undefined');
      return;
    }
    const [first, ...others] = block.statements;
    if (!first || (others.length === 0 && ts.isExpressionStatement(first))) return;
    const { line } = file.getLineAndCharacterOfPosition(block.getStart(file));
    const from = block.getStart(file) + 1;
    const code = oneLine(raw(block)).slice(0, 60);
    found.push({ line: line + 1, kind: 'body left out', code, becomes: '{}', from, to: from, text: '' });
  }

  /** @param {ts.RegularExpressionLiteral} node */
  function pattern(node) {
    const { text: source } = node;
    const end = source.lastIndexOf('/');
    if (source.startsWith('/^')) replace('anchor', node, `/${source.slice(2)}`);
    if (source[end - 1] === '$' && source[end - 2] !== '\\') {
      replace('anchor', node, source.slice(0, end - 1) + source.slice(end));
    }
  }

  /** @param {ts.Node} node */
  function visit(node) {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (ts.isExportDeclaration(node) || ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isExpressionStatement(node)) statement(node);
    else if (ts.isIfStatement(node)) decide(node.expression, ['true', 'false']);
    else if (ts.isWhileStatement(node) || ts.isDoStatement(node)) decide(node.expression, ['false']);
    else if (ts.isForStatement(node) && node.condition) decide(node.condition, ['false']);
    else if (ts.isConditionalExpression(node)) decide(node.condition, ['true', 'false']);
    else if (ts.isReturnStatement(node)) {
      const isOnly = ts.isBlock(node.parent) && node.parent.statements.length === 1;
      if (node.expression && raw(node.expression) !== 'undefined' && !(isOnly && ts.isFunctionLike(node.parent.parent)))
        replace('result', node.expression, 'undefined');
    } else if (ts.isBinaryExpression(node)) binary(node);
    else if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === SyntaxKind.ExclamationToken) replace('negation', node, raw(node.operand));
      if (node.operator === SyntaxKind.PlusPlusToken) replace('operator', node, `--${raw(node.operand)}`);
      if (node.operator === SyntaxKind.MinusToken) replace('operator', node, raw(node.operand));
    } else if (node.kind === SyntaxKind.TrueKeyword) replace('boolean', node, 'false');
    else if (node.kind === SyntaxKind.FalseKeyword) replace('boolean', node, 'true');
    else if (ts.isNumericLiteral(node)) number(node);
    else if (ts.isStringLiteralLike(node)) string(node);
    else if (ts.isRegularExpressionLiteral(node)) pattern(node);
    else if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) replace('array', node, '[]');
    if (ts.isCallExpression(node)) call(node);
    if (ts.isFunctionLike(node) && 'body' in node) body(/** @type {ts.FunctionLikeDeclaration} */ (node));
    const isOptional = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
    if ((isOptional || ts.isCallExpression(node)) && node.questionDotToken) {
      const isAccess = ts.isPropertyAccessExpression(node);
      replace('optional chaining', node.questionDotToken, isAccess ? '.' : '', node);
    }
    ts.forEachChild(node, visit);
  }

  visit(file);
  return found
    .filter(({ code, becomes }, index) => messages || code !== becomes || found[index]?.kind === 'body left out')
    .sort((a, b) => a.from - b.from || b.to - a.to)
    .map((one, index) => ({ ...one, index }));
}

/**
 * The expression that can stand in parentheses in place of this one: the whole chain of calls and members, so that
 * `this` and `?.` keep their meaning, and the whole assignment. Undefined where there is none.
 * @param {ts.Node} node @returns {ts.Node | undefined}
 */
function switchable(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent)) {
    if (parent.expression === node) return switchable(parent);
  }
  if (ts.isNonNullExpression(parent)) return switchable(parent);
  if (ts.isNewExpression(parent) && parent.expression === node) return switchable(parent);
  if (ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent)) return switchable(parent);
  if (ts.isPostfixUnaryExpression(parent) || ts.isDeleteExpression(parent)) return switchable(parent);
  if (ts.isPrefixUnaryExpression(parent) && parent.operator >= SyntaxKind.PlusPlusToken && isStep(parent)) {
    return switchable(parent);
  }
  if (ts.isTaggedTemplateExpression(parent) || ts.isLiteralTypeNode(parent)) return undefined;
  if (ts.isArrayLiteralExpression(parent) || ts.isPropertyAssignment(parent) || ts.isSpreadElement(parent)) {
    if (isTarget(parent)) return undefined;
  }
  const isName = 'name' in parent && parent.name === node && !ts.isPropertyAccessExpression(parent);
  return isName || ts.isExportAssignment(parent) ? undefined : node;
}

/** @param {ts.BinaryExpression} node */
function isAssignment({ operatorToken: { kind } }) {
  return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment;
}

/** @param {ts.PrefixUnaryExpression} node */
function isStep({ operator }) {
  return operator === SyntaxKind.PlusPlusToken || operator === SyntaxKind.MinusMinusToken;
}

/** Whether values are taken apart there: `[a, b] = …`. @param {ts.Node} node @returns {boolean} */
function isTarget(node) {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return parent.left === node && isAssignment(parent);
  return (ts.isArrayLiteralExpression(parent) || ts.isObjectLiteralExpression(parent)) && isTarget(parent);
}

/**
 * The file with every mutant in it. Which of them is on is asked of `globalThis.vitalsMutant`, once for each time that the
 * file is loaded; without it none is. Lines stay where they are.
 * @param {string} name @param {string} text @param {readonly Mutant[]} mutants
 */
export function instrument(name, text, mutants) {
  const inOrder = [...mutants].sort((a, b) => a.from - b.from || b.to - a.to);
  let next = 0;

  /** @param {number} from @param {number} to @returns {string} */
  function render(from, to) {
    let out = '';
    let at = from;
    for (;;) {
      const first = inOrder[next];
      if (!first || first.from >= to) return out + text.slice(at, to);
      out += text.slice(at, first.from);
      /** @type {Mutant[]} */
      const here = [];
      for (let one = inOrder[next]; one && one.from === first.from && one.to === first.to; one = inOrder[next]) {
        here.push(one);
        next += 1;
      }
      if (first.from === first.to) {
        out += here.map(({ index }) => ` if (isMutant(${index})) return;`).join('');
      } else {
        const switches = here.map(({ index, text: other }) => `isMutant(${index}) ? (0, ${other}) : `).join('');
        out += `(${switches}(${render(first.from, first.to)}))`;
      }
      at = first.to;
    }
  }

  const asked = `globalThis.vitalsMutant?.(${JSON.stringify(name)}) ?? (() => false)`;
  // After a `#!`, which stands in the first line or nowhere.
  return render(0, text.length).replace(/^(?:#!.*\n)?/, (start) => `${start}const isMutant = ${asked}; `);
}
