import { readComment } from './comment.ts';
import { createGroups } from './groups.ts';
import { chunksOf } from './chunks.ts';
import { createDeclarations } from './declarations.ts';
import { readSample } from './sample.ts';
import type { Fault, Sample, Syntax } from './types.ts';

const EOF = '# EOF';
const blank = /^[ \t]*$/;
const comment = /^[ \t]*#/;

/**
 * Text exposition 0.0.4 (also 1.0.0, whose names are legal here) or OpenMetrics 1.0, a line at a time: a sample, or
 * nothing where the line has none. A fault is the last. Never throws, and each step takes time in its line only.
 */
export function* parseExposition(body: Uint8Array, syntax: Syntax): Generator<Sample | Fault | undefined> {
  const { dialect, isLenient } = syntax;
  const groups = isLenient ? createDeclarations(dialect) : createGroups(dialect);
  let line = 1;
  let hasEnded = false;

  function read(text: string): Sample | Fault | undefined {
    const found = hasEnded ? `stands after ${EOF}` : readLine(text);
    if (typeof found !== 'string') return found;
    return { line, fault: text.endsWith('\r') ? WINDOWS : found };
  }

  function readLine(text: string): Sample | string | undefined {
    if (dialect === 'openmetrics' ? text === '' : blank.test(text)) {
      return dialect === 'openmetrics' ? 'is empty, which OpenMetrics does not allow' : undefined;
    }
    if (dialect === 'openmetrics' && text === EOF) {
      hasEnded = true;
      return undefined;
    }
    if (dialect === 'openmetrics' ? text.startsWith('#') : comment.test(text)) {
      const said = readComment(text, syntax);
      return typeof said === 'object' ? groups.describe(said.keyword, said.name, line, said.type) : said;
    }
    const sample = readSample(text, syntax);
    if (typeof sample === 'string') return sample;
    const group = groups.groupOf(sample.name, line);
    return typeof group === 'string' ? group : { line, ...sample, declared: group.declared };
  }

  for (const chunk of chunksOf(body)) {
    for (let from = 0, end; (end = chunk.text.indexOf('\n', from)) >= 0; from = end + 1, line++) {
      const found = read(chunk.text.slice(from, end));
      yield found;
      if (found && 'fault' in found) return;
    }
    if (chunk.fault !== undefined) {
      yield { line, fault: chunk.fault };
      return;
    }
    if (chunk.tail) {
      const isEnd = dialect === 'openmetrics' && chunk.tail === EOF && !hasEnded;
      if (isEnd) hasEnded = true;
      else if (isLenient && dialect === 'text') yield read(chunk.tail);
      else {
        yield { line, fault: hasEnded ? `stands after ${EOF}` : UNENDED };
        return;
      }
    }
  }
  if (dialect === 'openmetrics' && !hasEnded) yield { line, fault: `has to be ${EOF}: the text is cut off` };
}

const WINDOWS = 'ends in a carriage return: lines end with a line feed alone';
const UNENDED = 'does not end with a line feed: the text is cut off';
