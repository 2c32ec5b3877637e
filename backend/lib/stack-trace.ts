import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A place in a stack trace: a file's URL, line and column. */
const PLACE = /(file:\/\/(?:(?!file:)[^\s()])+):(\d+):(\d+)/g;

/**
 * Stack traces name the sources, of which the bundle's own lines would tell nothing. A source map is read with the first
 * trace that needs it; Node's `--enable-source-maps` reads and keeps all of them at the start.
 */
export function nameSourcesInStackTraces(): void {
  const maps = new Map<string, SourceMap | undefined>();

  function sourceOf(place: string, url: string, line: string, column: string): string {
    if (!maps.has(url)) maps.set(url, readMap(url));
    const entry = maps.get(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    return entry && 'originalSource' in entry ? `${entry.originalSource}:${entry.originalLine + 1}` : place;
  }

  Error.prepareStackTrace = (error, frames: readonly Pick<string, 'toString'>[]) =>
    [
      Error.prototype.toString.call(error),
      ...frames.map((frame) => `    at ${frame.toString().replaceAll(PLACE, sourceOf)}`),
    ].join('\n');
}

function readMap(url: string): SourceMap | undefined {
  try {
    const file = fileURLToPath(`${url}.map`);
    if (!existsSync(file)) return undefined;
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined; // a trace is better than none
  }
}
