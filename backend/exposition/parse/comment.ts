/** A line that begins with #. */
import type { Keyword } from './groups.ts';
import { readQuoted, shorten } from './labels.ts';
import { typesOfOpenMetrics, typesOfText, type DeclaredType, type Syntax } from './types.ts';

export interface Description {
  readonly keyword: Keyword;
  readonly name: string;
  readonly type?: DeclaredType;
}

const inText = /^[ \t]*#[ \t]*(HELP|TYPE)(?:[ \t]+([^ \t]+)(?:[ \t]+(.*))?)?[ \t]*$/s;
const inOpenMetrics = /^# (HELP|TYPE|UNIT) ([^ ]+)(?: (.*))?$/s;
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** As Prometheus finds them: any other line is a mere comment, and a name ends where no further character can be its. */
const scraped = {
  text: /^[ \t]*#[ \t]+(HELP|TYPE)[ \t]+(.*)$/s,
  openmetrics: /^# (HELP|TYPE|UNIT) (.*)$/s,
};
const scrapedName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;

/** What it says of a family, nothing where it is a mere comment, or what is wrong with it. */
export function readComment(line: string, syntax: Syntax): Description | string | undefined {
  const found = syntax.isLenient ? findScraped(line, syntax) : find(line, syntax);
  if (!found) {
    const allowed = '# HELP, # TYPE, # UNIT and # EOF, each with single blanks';
    if (syntax.dialect === 'text') return undefined;
    return `is a comment that OpenMetrics does not know: there are ${allowed}`;
  }
  const { keyword, name, rest } = found;
  if (name === undefined) return `has no name that Prometheus allows after # ${keyword}`;
  if (keyword === 'TYPE') return readType(name, syntax.dialect === 'text' ? tokens(rest) : rest, syntax);
  if (keyword === 'UNIT' && rest !== '' && !name.endsWith(`_${rest}`)) {
    return `gives ${shorten(name)} a unit that its name does not end in`;
  }
  return { keyword, name };
}

interface Parts {
  readonly keyword: Keyword;
  /** Undefined where there is none that Prometheus allows. */
  readonly name: string | undefined;
  readonly rest: string;
}

function find(line: string, { dialect }: Syntax): Parts | undefined {
  const found = (dialect === 'text' ? inText : inOpenMetrics).exec(line);
  if (!found) return undefined;
  const [, keyword, name, rest = ''] = found;
  return { keyword: keyword as Keyword, name: name !== undefined && metricName.test(name) ? name : undefined, rest };
}

function findScraped(line: string, syntax: Syntax): Parts | undefined {
  const found = scraped[syntax.dialect].exec(line);
  if (!found) return undefined;
  const [, keyword, text = ''] = found;
  const cursor = { line: text, at: 0 };
  const name = text.startsWith('"') ? readQuoted(cursor, syntax) : scrapedName.exec(text)?.[0];
  const end = text.startsWith('"') ? cursor.at : (name?.length ?? 0);
  return { keyword: keyword as Keyword, name, rest: text.slice(end + 1) };
}

function readType(name: string, word: string, { dialect }: Syntax): Description | string {
  const types: readonly DeclaredType[] = dialect === 'text' ? typesOfText : typesOfOpenMetrics;
  const type = types.find((one) => one === word);
  if (!type) return `gives ${shorten(name)} a type that there is not: it has to be one of ${types.join(', ')}`;
  return { keyword: 'TYPE', name, type };
}

function tokens(text: string): string {
  return text
    .split(/[ \t]/)
    .filter((token) => token !== '')
    .join(' ');
}
