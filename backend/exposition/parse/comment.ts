/** A line that begins with #. */
import type { Dialect } from '../text.ts';
import type { Keyword } from './groups.ts';
import { shorten } from './labels.ts';
import { typesOfOpenMetrics, typesOfText, type DeclaredType } from './types.ts';

export interface Description {
  readonly keyword: Keyword;
  readonly name: string;
  readonly type?: DeclaredType;
}

const inText = /^[ \t]*#[ \t]*(HELP|TYPE)(?:[ \t]+([^ \t]+)(?:[ \t]+(.*))?)?[ \t]*$/s;
const inOpenMetrics = /^# (HELP|TYPE|UNIT) ([^ ]+)(?: (.*))?$/s;
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** What it says of a family, nothing where it is a mere comment, or what is wrong with it. */
export function readComment(line: string, dialect: Dialect): Description | string | undefined {
  const found = (dialect === 'text' ? inText : inOpenMetrics).exec(line);
  if (!found) {
    const allowed = '# HELP, # TYPE, # UNIT and # EOF, each with single blanks';
    return dialect === 'text' ? undefined : `is a comment that OpenMetrics does not know: there are ${allowed}`;
  }
  const [, word, name, rest = ''] = found;
  const keyword = word as Keyword;
  if (name === undefined || !metricName.test(name)) return `has no name that Prometheus allows after # ${keyword}`;
  if (keyword === 'TYPE') return readType(name, dialect === 'text' ? tokens(rest) : rest, dialect);
  if (keyword === 'UNIT' && rest !== '' && !name.endsWith(`_${rest}`)) {
    return `gives ${shorten(name)} a unit that its name does not end in`;
  }
  return { keyword, name };
}

function readType(name: string, word: string, dialect: Dialect): Description | string {
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
