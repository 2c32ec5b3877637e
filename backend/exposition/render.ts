import type { ExpositionFormat } from './negotiate.ts';
import { sameSeries, type ExposedFamily, type FamilySnapshot, type Series, type Snapshot } from './snapshot.ts';
import { createFamilyWriter, type Dialect, type FamilyWriter } from './text.ts';

export interface Renderer {
  /**
   * The whole exposition text of a snapshot. `extra` families, which only this caller may see, come last (before
   * OpenMetrics' `# EOF`) and leave nothing behind.
   */
  render(snapshot: Snapshot, format: ExpositionFormat, extra?: readonly FamilySnapshot[]): string;
  /** The same with families of other systems behind it, which are text already. */
  renderWith(
    snapshot: Snapshot,
    format: ExpositionFormat,
    extra: readonly FamilySnapshot[],
    ready: (dialect: Dialect) => readonly Buffer[],
  ): Buffer;
}

/** What was written last of one family, in one dialect. */
interface Written {
  readonly write: FamilyWriter;
  readonly series: readonly Series[];
  readonly text: string;
}

/** A renderer that writes a family's text again only when its series changed since it wrote that dialect last. */
export function createRenderer(createWriter: typeof createFamilyWriter = createFamilyWriter): Renderer {
  const caches: Record<Dialect, WeakMap<ExposedFamily, Written>> = { text: new WeakMap(), openmetrics: new WeakMap() };

  function familyText({ family, series }: FamilySnapshot, dialect: Dialect): string {
    const written = caches[dialect].get(family);
    if (written && sameSeries(written.series, series)) return written.text;
    const write = written?.write ?? createWriter(family, dialect);
    const text = write(series);
    caches[dialect].set(family, { write, series, text });
    return text;
  }

  function allText(snapshot: Snapshot, dialect: Dialect, extra: readonly FamilySnapshot[]): string {
    let text = '';
    for (const one of snapshot) text += familyText(one, dialect);
    for (const { family, series } of extra) text += createWriter(family, dialect)(series);
    return text;
  }

  return {
    render(snapshot, format, extra = []) {
      const dialect = dialectOf(format);
      return `${allText(snapshot, dialect, extra)}${ends[dialect]}`;
    },
    renderWith(snapshot, format, extra, ready) {
      const dialect = dialectOf(format);
      const own = Buffer.from(allText(snapshot, dialect, extra));
      return Buffer.concat([own, ...ready(dialect), Buffer.from(ends[dialect])]);
    },
  };
}

const ends: Readonly<Record<Dialect, string>> = { text: '', openmetrics: '# EOF\n' };

function dialectOf(format: ExpositionFormat): Dialect {
  return format === 'openmetrics-1.0.0' ? 'openmetrics' : 'text';
}
