/**
 * Collects the plugin's texts from its sources, where the English words stand, into src/locales/en-US/. Run it after a
 * text has changed; a test compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
export const textsFile = join(root, 'src/locales/en-US/appliance-vitals-app.json');

/** Every text by its key, nested at the dots; throws where one key has two texts. */
export function extractTexts() {
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const file of sourceFiles()) {
    const source = ts.createSourceFile(
      file,
      readFileSync(file, 'utf8'),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.TSX,
    );
    visit(source, (key, text) => {
      if (texts.has(key) && texts.get(key) !== text) throw new Error(`${file}: ${key} has two different texts`);
      texts.set(key, text);
    });
  }
  /** @type {Record<string, unknown>} */
  const nested = {};
  for (const [key, text] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) put(nested, key.split('.'), text);
  return `${JSON.stringify(nested, null, 2)}\n`;
}

/** @param {ts.Node} node @param {(key: string, text: string) => void} found */
function visit(node, found) {
  if (ts.isCallExpression(node) && node.expression.getText() === 't') {
    const [key, text] = node.arguments;
    if (key && text && ts.isStringLiteralLike(key) && ts.isStringLiteralLike(text)) found(key.text, text.text);
    else throw new Error(`t() needs a literal key and text: ${node.getText()}`);
  }
  if (ts.isJsxElement(node) && node.openingElement.tagName.getText() === 'Trans') {
    const [attribute] = node.openingElement.attributes.properties.filter(
      (property) => ts.isJsxAttribute(property) && property.name.getText() === 'i18nKey',
    );
    const value = attribute && ts.isJsxAttribute(attribute) && attribute.initializer;
    if (value && ts.isStringLiteral(value)) found(value.text, childrenText(node.children));
  }
  node.forEachChild((child) => visit(child, found));
}

/**
 * Children of Trans as i18next writes them: elements become numbered tags.
 * @param {readonly ts.JsxChild[]} children
 * @returns {string}
 */
function childrenText(children) {
  const kept = children.filter((child) => !(ts.isJsxText(child) && child.containsOnlyTriviaWhiteSpaces));
  return kept
    .map((child, index) => {
      if (ts.isJsxText(child)) return child.text.replace(/\s*\n\s*/g, ' ');
      if (ts.isJsxElement(child)) return `<${index}>${childrenText(child.children)}</${index}>`;
      throw new Error(`Trans holds what cannot be translated: ${child.getText()}`);
    })
    .join('')
    .trim();
}

/** @param {Record<string, unknown>} into @param {string[]} path @param {string} text */
function put(into, [head = '', ...rest], text) {
  if (rest.length === 0) into[head] = text;
  else put(/** @type {Record<string, unknown>} */ (into[head] ??= {}), rest, text);
}

function sourceFiles() {
  return ts.sys.readDirectory(join(root, 'src'), ['.ts', '.tsx']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(textsFile, extractTexts());
