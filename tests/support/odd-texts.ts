/** Texts as exporters of the real world write them, and what becomes of each. */
import { parseExposition } from '../../backend/exposition/parse/parse.ts';
import type { Dialect } from '../../backend/exposition/text.ts';

export interface OddText {
  readonly title: string;
  readonly dialect: Dialect;
  readonly body: Buffer;
  readonly isRead: boolean;
  /**
   * `alike`: Prometheus does the same. `on purpose`: it reads it, we refuse it, and docs/catalogues.md says so. `newer`: only
   * Prometheus 3 knows of it. `more`: Prometheus' other parsers read it, such as the Pushgateway's.
   */
  readonly compared: 'alike' | 'on purpose' | 'newer' | 'more';
}

export const mediaTypes: Readonly<Record<Dialect, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

type Row = readonly [title: string, body: string | Buffer];

const rows = (
  dialect: Dialect,
  isRead: boolean,
  compared: OddText['compared'],
  ...all: readonly Row[]
): readonly OddText[] =>
  all.map(([title, body]) => ({ title: `${dialect}: ${title}`, dialect, body: Buffer.from(body), isRead, compared }));

const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;
const ended = (...all: readonly string[]) => lines(...all, '# EOF');
const histogram = (...bounds: readonly string[]) => bounds.map((le, index) => `h_bucket{le="${le}"} ${index}`);

export const oddTexts: readonly OddText[] = [
  ...rows(
    'text',
    true,
    'alike',
    ['nothing', ''],
    ['empty lines and lines of blanks', lines('', 'a 1', ' \t ', '', 'b 2', '')],
    ['no line feed at the end', 'a 1\nb 2'],
    ['a comment without a line feed at its end', 'a 1\n# the end'],
    ['a HELP without a line feed at its end', 'a 1\n# HELP a Something.'],
    ['families in turns', lines('a{x="1"} 1', 'b 2', 'a{x="2"} 3')],
    ['declared families in turns', lines('# TYPE a gauge', '# TYPE b gauge', 'a{x="1"} 1', 'b 2', 'a{x="2"} 3')],
    ['a family that comes again', lines('# TYPE a gauge', 'a{x="1"} 1', 'b 1', '# TYPE a gauge', 'a{x="2"} 3')],
    ['a TYPE below its samples', lines('a 1', '# TYPE a counter', '# HELP a Something.')],
    ['a second TYPE and a second HELP', lines('# TYPE a gauge', '# TYPE a counter', '# HELP a 1', '# HELP a 2', 'a 1')],
    ['a HELP without a text', lines('# HELP a', '# HELP b ', 'a 1')],
    ['a HELP of a name that goes on', lines('# HELP a-b Something.', 'a 1')],
    ['an escape that there is not in a HELP', lines(String.raw`# HELP a \t \\ \n \x`, 'a 1')],
    ['keywords without anything', lines('# HELP', '# TYPE', 'a 1')],
    ['keywords without a blank', lines('#HELP a-b', '#TYPE a number', 'a 1')],
    ['words that begin like keywords', lines('# TYPES a number', '# HELPER', '# type a number', 'a 1')],
    ['comments of every kind', lines('#', '# ', '##', '#!', '# EOF', '# UNIT a bytes', '\t# by hand', 'a 1')],
    ['a carriage return in a comment', '# by hand\r\n# HELP a Something.\r\na 1\n'],
    ['untyped', lines('# TYPE a untyped', 'a 1')],
    ['a summary', lines('# TYPE a summary', 'a{quantile="0.5"} NaN', 'a_sum 1', 'a_count 2')],
    ['a histogram with a value of its own', lines('# TYPE h histogram', 'h 1', ...histogram('1', '+Inf'))],
    ['a histogram in any order', lines('# TYPE h histogram', 'h_count 1', ...histogram('+Inf', '1'), 'h_sum 1')],
    ['a histogram without its end', lines('# TYPE h histogram', ...histogram('1', '2'))],
    ['a histogram of a name in two families', lines('# TYPE h histogram', '# TYPE h_sum gauge', 'h_sum 1')],
    ['a time', lines('a 1 1700000000000', 'b{x="1"}\t2\t1700000000000 ')],
    ['tabs and blanks wherever they may be', lines('a \t { x = "1" , y\t=\t"2" , } \t 3 \t ')],
    ['no blank before the value', lines('a{x="1"}1', 'b+1', 'c-1', 'd.5')],
    ['no comma between labels', lines('a{x="1"y="2"} 1', 'b{x="1" y="2"} 1')],
    ['a comma after the last label', lines('a{x="1",} 1', 'b{x="1" , } 1')],
    ['empty braces', lines('a{} 1', 'b{ } 2')],
    ['an empty value of a label', lines('a{x=""} 1', 'b{x="",y="1"} 2')],
    ['escapes', lines(String.raw`a{x="\\ \" \n"} 1`)],
    ['escapes that there are not', lines(String.raw`a{x="\t\d\'\é",y="C:\dir"} 1`)],
    ['braces, commas and # in a value', lines('a{x="}{,= # \t"} 1')],
    ['UTF-8 in a value', lines('a{x="größe ☃ 𝛑"} 1')],
    ['a carriage return in a value of a label', lines('a{x="1\r"} 1')],
    ['colons in a name', lines('a:b:c 1', ':d 2')],
    ['forms of numbers', lines('a 1.', 'b .5', 'c +1e+3', 'd 1E-3', 'e -0', 'f 00012', 'g 1e-999')],
    ['forms of what is no number', lines('a NaN', 'b nan', 'c NAN', 'd +Inf', 'e -inf', 'f INF', 'g Infinity')],
    ['a series twice: the first counts', lines('a{x="1",y="2"} 1', 'a{y="2",x="1"} 2')],
  ),
  ...rows(
    'text',
    false,
    'alike',
    ['Windows’ ends of lines', 'a 1\r\n'],
    ['an empty line of Windows', 'a 1\n\r\n'],
    ['a byte order mark', '\ufeffa 1\n'],
    ['a page', '<html><body>Metrics</body></html>\n'],
    ['a name alone', lines('a')],
    ['a name with a dash', lines('a-b 1')],
    ['a name in UTF-8', lines('größe 1')],
    ['a name with a digit first', lines('1a 1')],
    ['a word for a value', lines('a many')],
    ['hexadecimal numbers', lines('a 0x10')],
    ['hexadecimal floats', lines('a 0x1p4')],
    ['underscores in a number', lines('a 1_000')],
    ['a number beyond 64 bits', lines('a 1e999')],
    ['a sign before NaN', lines('a +NaN')],
    ['a comma in a number', lines('a 1,5')],
    ['a time with decimals', lines('a 1 1700000000.5')],
    ['a time beyond 64 bits', lines('a 1 9999999999999999999')],
    ['a word after the value', lines('a 1 now')],
    ['too many words', lines('a 1 2 3')],
    ['an exemplar', lines('a_total 1 # {x="1"} 1')],
    ['an unknown type', lines('# TYPE a number', 'a 1')],
    ['types of OpenMetrics', lines('# TYPE a unknown', 'a 1')],
    ['a TYPE without a type', lines('# TYPE a', 'a 1')],
    ['a TYPE of a name that goes on', lines('# TYPE a-b gauge', 'a 1')],
    ['a keyword without a name', lines('# HELP ', 'a 1')],
    ['a HELP of no name', lines('# HELP 1a Something.', 'a 1')],
    ['a label without quotes', lines('a{x=1} 1')],
    ['a label in other quotes', lines("a{x='1'} 1")],
    ['a label without a value', lines('a{x} 1')],
    ['a label name with a dash', lines('a{x-y="1"} 1')],
    ['a label name with a colon', lines('a{x:y="1"} 1')],
    ['a comma first', lines('a{,x="1"} 1')],
    ['two commas', lines('a{x="1",,y="2"} 1')],
    ['braces twice', lines('a{x="1"}{y="2"} 1')],
    ['labels that do not end', lines('a{x="1" 1')],
    ['a label twice', lines('a{x="1",x="2"} 1')],
    ['text that is cut off', 'a 1\nb{x="1'],
    ['another encoding in a value', Buffer.from(lines('a{x="größe"} 1'), 'latin1')],
  ),
  ...rows(
    'text',
    false,
    'on purpose',
    ['a NUL byte', 'a 1\n\0b 2\n'],
    ['a NUL byte', lines('a{x="1\0"} 1')],
    ['another encoding in a comment', Buffer.from(lines('# größe', 'a 1'), 'latin1')],
    ['a line feed in a value', lines('a{x="1', '2"} 1')],
    ['a line of more than 65,536 bytes', lines(`# ${'x'.repeat(70_000)}`, 'a 1')],
    ['more than 100 labels', lines(`a{${Array.from({ length: 101 }, (_, i) => `l${i}="1"`).join()}} 1`)],
  ),
  ...rows(
    'text',
    true,
    'newer',
    ['a name in quotes', lines('{"a.b"} 1', '{"c", x="1"} 2', '{x="1", "größe"} 3')],
    ['a label name in quotes', lines('a{"x.y"="1"} 1', String.raw`{"b", "x\"y"="1",} 2`)],
    ['metadata of a name in quotes', lines('# HELP "a.b" Something.', '# TYPE "a.b" gauge', '{"a.b"} 1')],
  ),
  ...rows(
    'text',
    false,
    'newer',
    ['two names in quotes', lines('{"a", "b"} 1')],
    ['a name in quotes beside another', lines('a{"b"} 1')],
    ['braces without a name', lines('{x="1"} 1')],
    ['an empty name', lines('{""} 1')],
    ['a name in quotes that does not end', lines('{"a} 1')],
  ),
  ...rows(
    'text',
    true,
    'more',
    ['blanks before a sample', lines(' a 1', '\tb 2')],
    ['blanks around a type', lines('# TYPE a   gauge \t', 'a 1')],
    ['a time before 1970', lines('a 1 -5')],
  ),
  ...rows(
    'openmetrics',
    true,
    'alike',
    ['nothing', ended()],
    ['no line feed after the end', 'a 1\n# EOF'],
    ['families in turns', ended('# TYPE a gauge', 'a{x="1"} 1', 'b 2', 'a{x="2"} 3')],
    ['a TYPE below its samples, and a second one', ended('a 1', '# TYPE a gauge', '# TYPE a gauge')],
    ['a counter that is called as its family', ended('# TYPE a counter', 'a 1')],
    ['a counter whose family ends in _total', ended('# TYPE a_total counter', 'a_total 1')],
    ['an info by its own name', ended('# TYPE a info', 'a 1')],
    ['a histogram in any order', ended('# TYPE h histogram', 'h_count 1', ...histogram('+Inf', '1'), 'h_sum 1')],
    ['every other type', ended('# TYPE a gaugehistogram', '# TYPE b stateset', '# TYPE c unknown', 'a 1')],
    ['a unit', ended('# TYPE a_seconds gauge', '# UNIT a_seconds seconds', 'a_seconds 1')],
    ['a unit of nothing', ended('# UNIT a ', 'a 1')],
    ['a text of nothing', ended('# HELP a ', 'a 1')],
    ['times', ended('a 1 1700000000.5', 'b 1 1700000000', 'c 1 1.7e9')],
    ['exemplars', ended('a_total 1 # {x="1"} 0.5', 'b_total 1 1700000000 # {x="1",y="2"} 0.5 1700000000.5')],
    ['a label twice in an exemplar', ended('a_total 1 # {x="1",x="2"} 0.5')],
    ['an exemplar without labels', ended('a_total 1 # {} 0.5')],
    ['escapes that there are not', ended(String.raw`a{x="\t\d \\ \" \n"} 1`)],
    ['forms of numbers', ended('a 1.', 'b .5', 'c +1e+3', 'd nan', 'e -INF', 'f infinity')],
    ['empty braces', ended('a{} 1')],
  ),
  ...rows(
    'openmetrics',
    false,
    'alike',
    ['no end', lines('a 1')],
    ['nothing at all', ''],
    ['text after the end', lines('# EOF', 'a 1')],
    ['an end twice', lines('# EOF', '# EOF')],
    ['an empty line after the end', lines('a 1', '# EOF', '')],
    ['an end of Windows', 'a 1\n# EOF\r\n'],
    ['an empty line', ended('a 1', '', 'b 2')],
    ['a comment', ended('# by hand', 'a 1')],
    ['two blanks', ended('a  1')],
    ['a blank at the end', ended('a 1 ')],
    ['a blank at the beginning', ended(' a 1')],
    ['a tab', ended('a\t1')],
    ['a blank in labels', ended('a{x="1", y="2"} 1')],
    ['no comma between labels', ended('a{x="1"y="2"} 1')],
    ['no blank before the value', ended('a{x="1"}1')],
    ['a unit that the name does not end in', ended('# UNIT a seconds', 'a 1')],
    ['the type of text', ended('# TYPE a untyped', 'a 1')],
    ['an unknown type', ended('# TYPE a number', 'a 1')],
    ['a line feed in a value', ended('a{x="1', '2"} 1')],
    ['a time that is no number', ended('a 1 NaN')],
    ['a time beyond 64 bits', ended('a 1 1e999')],
    ['an exemplar without braces', ended('a_total 1 # 1')],
    ['an exemplar without a value', ended('a_total 1 # {x="1"}')],
    ['an exemplar with a broken label', ended('a_total 1 # {x=1} 1')],
    ['two exemplars', ended('a_total 1 # {} 1 # {} 1')],
    ['a label twice', ended('a{x="1",x="2"} 1')],
    ['a byte order mark', `\ufeff${ended('a 1')}`],
    ['a hexadecimal float', ended('a 0x1p4')],
    ['a last line without a line feed', 'a 1\nb 2'],
  ),
  ...rows(
    'openmetrics',
    true,
    'newer',
    ['an exemplar on a gauge', ended('a 1 # {x="1"} 0.5')],
    ['a comma after the last label', ended('a{x="1",} 1')],
    ['names in quotes', ended('{"a.b"} 1', 'c{"x.y"="1"} 2', '{"d",x="1"} 3')],
    ['metadata of a name in quotes', ended('# TYPE "a b" gauge', '# HELP "a b" Something.', '{"a b"} 1')],
  ),
];

/** What is read: the value of each series by its labels, the first where it comes twice. Or the fault. */
export function readOddText({ body, dialect }: Pick<OddText, 'body' | 'dialect'>): Map<string, number> | string {
  const found = new Map<string, number>();
  for (const one of parseExposition(body, { dialect, isLenient: true })) {
    if (!one) continue;
    if ('fault' in one) return `line ${one.line} ${one.fault}`;
    const labels = Object.fromEntries([['__name__', one.name], ...one.labels.map(({ name, value }) => [name, value])]);
    const key = seriesKey(labels as Record<string, string>);
    if (!found.has(key)) found.set(key, one.value);
  }
  return found;
}

/** The same for the same series, however its labels are ordered; a label without a value is none. */
export function seriesKey(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(sorted.filter(([, value]) => value !== ''));
}
