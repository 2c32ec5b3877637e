/**
 * Which statements the embedded server runs: a closed list of kinds, of which each is checked word by word. It stands
 * in front of the engine's own grants (`engine-config.ts`); what the grants cannot forbid (the scalar function `file`,
 * INTO OUTFILE, settings that name files) is forbidden here.
 */
import { tokenize, UnreadableStatement, type Token } from './lexer.ts';
import { settingVerdict } from './settings.ts';

export type Statement =
  | { readonly kind: 'select' | 'definition' }
  /** `table` and `columns` are plain names. */
  | { readonly kind: 'insert'; readonly table: string; readonly columns: readonly string[] };

export class StatementRejected extends Error {}

const MAX_LENGTH = 256 * 1024;
const plainName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const outputFormats = /^(JSON\w*|TabSeparated\w*|TSV\w*|CSV\w*|Null|Pretty\w*|Vertical)$/;

/** Table functions that make up their rows. Every other one is rejected, also those that a later engine brings. */
const tableFunctionsAllowed = new Set([
  'numbers',
  'numbers_mt',
  'zeros',
  'zeros_mt',
  'generateseries',
  'generate_series',
]);

/** Scalar functions that reach outside, by any spelling and however they are called (`arrayMap(file, …)`, `APPLY(file)`). */
const forbiddenNames =
  /^(file|eval|catboostevaluate|evalmlmethod|ai(classify|embed|extract|generate|translate)|dict\w*|executable|getclienthttpheader|region\w*|naivebayes\w*|addressto\w*|sleep\w*|logtrace)$/;

/** Words that would make a SELECT do something else than select. */
const notInSelect = new Set(
  'into outfile infile insert create alter drop attach detach parallel backup restore kill grant revoke'.split(' '),
);
const notInDefinition = new Set(
  'as select clone infile outfile parallel freeze fetch attach detach move replace disk volume from'.split(' '),
);

/** `tableFunctions`: the engine's own list (system.table_functions), in lower case. */
export function createStatementGuard(tableFunctions: ReadonlySet<string>) {
  return { check: (sql: string) => check(sql, tableFunctions) };
}

/** @throws StatementRefused with a sentence for the caller. */
function check(sql: string, tableFunctions: ReadonlySet<string>): Statement {
  if (sql.length > MAX_LENGTH) reject(`a statement may have ${MAX_LENGTH} characters`);
  if (sql.includes('\0')) reject('a statement holds no NUL character');
  const tokens = read(sql);
  if (isSymbol(tokens.at(-1), ';')) tokens.pop();
  if (tokens.some((token) => isSymbol(token, ';'))) reject('one statement at a time');
  const first = keyword(tokens[0]);
  if (first === 'insert') return insert(tokens);
  forbidNames(tokens, tableFunctions);
  checkSettings(tokens);
  if (first === 'select' || first === 'with') return select(tokens);
  return definition(tokens);
}

function read(sql: string): Token[] {
  try {
    return tokenize(sql);
  } catch (error) {
    if (error instanceof UnreadableStatement) reject(error.message);
    throw error;
  }
}

function forbidNames(tokens: readonly Token[], tableFunctions: ReadonlySet<string>) {
  tokens.forEach((token, index) => {
    if (token.kind !== 'word' && token.kind !== 'name') return;
    const name = token.text.toLowerCase();
    if (forbiddenNames.test(name)) reject(`${name} is not available`);
    const called = isSymbol(tokens[index + 1], '(');
    if (called && tableFunctions.has(name) && !tableFunctionsAllowed.has(name)) reject(`${name}() is not available`);
  });
}

/** After the word SETTINGS: `name = value`, separated by commas, each of them on the list. */
function checkSettings(tokens: readonly Token[]) {
  tokens.forEach((token, index) => {
    if (keyword(token) !== 'settings') return;
    let at = index + 1;
    do {
      const [name, equals, value] = tokens.slice(at, at + 3);
      const text =
        value?.kind === 'string' ? value.text.slice(1, -1) : value?.kind === 'number' ? value.text : undefined;
      if (name?.kind !== 'word' || !isSymbol(equals, '=') || text === undefined)
        reject('this SETTINGS clause is not read');
      else if (settingVerdict(name.text, text) !== 'apply') reject(`the setting ${name.text} is not available`);
      at += 4;
    } while (isSymbol(tokens[at - 1], ','));
  });
}

function select(tokens: readonly Token[]): Statement {
  tokens.forEach((token, index) => {
    const word = keyword(token);
    const next = tokens[index + 1];
    if (word !== undefined && notInSelect.has(word)) reject(`${word.toUpperCase()} is not available`);
    // ClickHouse reads a string here as the name of a file
    if ((word === 'from' || word === 'join') && next?.kind === 'string') reject('files are not available');
    const named = next?.kind === 'word' || next?.kind === 'name';
    if (word === 'format' && named && !outputFormats.test(next.text)) reject('this FORMAT is not available');
  });
  return { kind: 'select' };
}

/** The statement with its own texts taken out, so that no literal can look like a clause. */
const shape = (tokens: readonly Token[]) =>
  tokens
    .map(({ kind, text }) => {
      if (kind === 'word') return text.toUpperCase();
      return kind === 'symbol' ? text : `<${kind}>`;
    })
    .join(' ');

const database = /^CREATE DATABASE (IF NOT EXISTS )?\S+$/;
const table = /^CREATE TABLE (IF NOT EXISTS )?\S+( \. \S+)? \( .*\) ENGINE = (REPLACING)?MERGETREE\b/;
const column = /^ALTER TABLE (IF EXISTS )?\S+( \. \S+)? (MODIFY TTL|ADD COLUMN|DROP COLUMN) /;
const drop = /^DROP TABLE (IF EXISTS )?\S+( \. \S+)?( SYNC)?$/;

function definition(tokens: readonly Token[]): Statement {
  const text = shape(tokens);
  if (![database, table, column, drop].some((pattern) => pattern.test(text)))
    reject('this kind of statement is not available');
  for (const token of tokens) {
    const word = keyword(token);
    if (word !== undefined && notInDefinition.has(word)) reject(`${word.toUpperCase()} is not available`);
  }
  return { kind: 'definition' };
}

/** `INSERT INTO [database.]table [(column, …)] FORMAT JSONEachRow`, the rows being the body. */
function insert(tokens: readonly Token[]): Statement {
  const rest = tokens.slice(2);
  const name = () => {
    const token = rest.shift();
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'name') || !plainName.test(token.text)) {
      reject('INSERT INTO takes plain names');
    }
    return token.text;
  };
  if (keyword(tokens[1]) !== 'into') reject('INSERT without INTO is not available');
  let into = name();
  const columns: string[] = [];
  if (isSymbol(rest[0], '.')) {
    rest.shift();
    into += `.${name()}`;
  }
  if (isSymbol(rest[0], '(')) {
    do {
      rest.shift();
      columns.push(name());
    } while (isSymbol(rest[0], ','));
    if (!isSymbol(rest.shift(), ')')) reject('INSERT INTO takes plain names');
  }
  const [word, format, ...more] = rest;
  if (keyword(word) !== 'format' || format?.text !== 'JSONEachRow' || more.length > 0) {
    reject('INSERT takes its rows in FORMAT JSONEachRow only');
  }
  return { kind: 'insert', table: into, columns };
}

function keyword(token: Token | undefined): string | undefined {
  return token?.kind === 'word' ? token.text.toLowerCase() : undefined;
}
function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text;
}
function reject(sentence: string): never {
  throw new StatementRejected(`Refused by the embedded server: ${sentence}.`);
}
