/** A sample line as read back: name, labels and value. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

export interface ParsedExposition {
  readonly help: Map<string, string>;
  readonly type: Map<string, string>;
  readonly samples: ParsedSample[];
}

/** A reader of text format 0.0.4 that shares nothing with the renderer. Throws at the first line it does not understand. */
export function parseExposition(text: string): ParsedExposition {
  const parsed: ParsedExposition = { help: new Map(), type: new Map(), samples: [] };
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line is not ended');
  for (const line of text.split('\n').slice(0, -1)) {
    const [, keyword, family = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/su.exec(line) ?? [];
    if (keyword === 'HELP') parsed.help.set(family, unescape(rest));
    else if (keyword === 'TYPE') parsed.type.set(family, rest);
    else parsed.samples.push(parseSample(line));
  }
  return parsed;
}

function parseSample(line: string): ParsedSample {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (!name) throw new Error(`no name: ${line}`);
  const labels: Record<string, string> = {};
  let at = name.length;
  if (line[at] === '{') {
    do {
      const pair = /^[{,]([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/su.exec(line.slice(at));
      if (!pair) throw new Error(`no label: ${line}`);
      const [whole, label = '', value = ''] = pair;
      labels[label] = unescape(value);
      at += whole.length;
    } while (line[at] !== '}');
    at++;
  }
  const value = /^ (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(line.slice(at))?.[1];
  if (value === undefined) throw new Error(`no value: ${line}`);
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gsu, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
