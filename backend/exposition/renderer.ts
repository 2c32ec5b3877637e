/** The text of a snapshot, and its gzip. Both are made again only where the snapshot changed since the last time. */
import { deflated, gzipOf, stored, type GzipPart } from './gzip.ts';
import type { ExpositionFormat } from './negotiate.ts';
import {
  createFamilyWriter,
  type Dialect,
  type ExposedFamily,
  type FamilySnapshot,
  type FamilyWriter,
  type Snapshot,
} from './text.ts';

export interface Exposed {
  readonly snapshot: Snapshot;
  /** Families that only this caller may see. They come behind the snapshot's, and leave nothing behind. */
  readonly own?: readonly FamilySnapshot[];
  /** Families of other systems, which are text already. They come last, before OpenMetrics' `# EOF`. */
  readonly ready?: (dialect: Dialect) => readonly Buffer[];
}

export interface Renderer {
  /** The whole exposition. */
  render(exposed: Exposed, format: ExpositionFormat): Buffer;
  /** The same, compressed in this thread: for what is small but for the snapshot. */
  renderGzip(exposed: Exposed, format: ExpositionFormat): Buffer;
}

export interface RendererOptions {
  /** Families that change with every scrape. What stands between them is kept whole. */
  readonly restless?: readonly ExposedFamily[];
  readonly createWriter?: typeof createFamilyWriter;
}

export function createRenderer({ restless = [], createWriter = createFamilyWriter }: RendererOptions = {}): Renderer {
  const alone = new Set(restless);
  const text = createDialectRenderer('text', alone, createWriter);
  const openmetrics = createDialectRenderer('openmetrics', alone, createWriter);
  const of = (format: ExpositionFormat) => (format === 'openmetrics-1.0.0' ? openmetrics : text);
  return {
    render: (exposed, format) => of(format).render(exposed),
    renderGzip: (exposed, format) => of(format).renderGzip(exposed),
  };
}

/** What was written of a family the last time. */
interface Written {
  readonly write: FamilyWriter;
  readonly one: FamilySnapshot;
  readonly text: string;
}

/** Families side by side, of which either none or all change with every scrape. */
interface Run {
  readonly families: Snapshot;
  readonly bytes: Buffer;
  readonly isRestless: boolean;
  /** Its gzip, once somebody asked for it. */
  zipped?: GzipPart;
}

/** What was made of a snapshot. */
interface Kept {
  readonly snapshot: Snapshot;
  readonly runs: readonly Run[];
  /** The whole answer to whoever sees the snapshot and nothing else, once somebody asked for it. */
  text?: Buffer;
  gzip?: Buffer;
}

function createDialectRenderer(
  dialect: Dialect,
  restless: ReadonlySet<ExposedFamily>,
  createWriter: typeof createFamilyWriter,
): { render(exposed: Exposed): Buffer; renderGzip(exposed: Exposed): Buffer } {
  const written = new WeakMap<ExposedFamily, Written>();
  const end = Buffer.from(dialect === 'openmetrics' ? '# EOF\n' : '');
  let kept: Kept = { snapshot: [], runs: [] };

  function textOf(one: FamilySnapshot): string {
    const known = written.get(one.family);
    if (known?.one === one) return known.text;
    const write = known?.write ?? createWriter(one.family, dialect);
    const text = write(one.series);
    written.set(one.family, { write, one, text });
    return text;
  }

  const bytesOf = (families: readonly FamilySnapshot[]) => Buffer.from(families.map(textOf).join(''));
  const isAlone = (one: FamilySnapshot | undefined) => one !== undefined && restless.has(one.family);

  /** The run that begins there: the one before, where nothing of it changed. */
  function runAt(snapshot: Snapshot, from: number, before: Run | undefined): Run {
    if (before?.families.every((one, position) => one === snapshot[from + position])) return before;
    const isRestless = isAlone(snapshot[from]);
    let to = from + 1;
    while (to < snapshot.length && isAlone(snapshot[to]) === isRestless) to += 1;
    const families = snapshot.slice(from, to);
    return { families, isRestless, bytes: bytesOf(families) };
  }

  function keptOf(snapshot: Snapshot): Kept {
    if (snapshot === kept.snapshot) return kept;
    const runs: Run[] = [];
    for (let from = 0; from < snapshot.length;) {
      const run = runAt(snapshot, from, kept.runs[runs.length]);
      runs.push(run);
      from += run.families.length;
    }
    return (kept = { snapshot, runs });
  }

  const zippedOf = (run: Run) => (run.zipped ??= (run.isRestless ? stored : deflated)(run.bytes));

  const textWith = ({ runs }: Kept, tail: readonly Buffer[]) =>
    Buffer.concat([...runs.map((run) => run.bytes), ...tail]);
  const gzipWith = ({ runs }: Kept, tail: readonly Buffer[]) => gzipOf([...runs.map(zippedOf), ...tail.map(stored)]);

  /** What comes behind the snapshot; undefined where there is nothing but the end. */
  function tailOf({ own = [], ready }: Exposed): readonly Buffer[] | undefined {
    return own.length === 0 && !ready ? undefined : [bytesOf(own), ...(ready?.(dialect) ?? []), end];
  }

  return {
    render(exposed) {
      const whole = keptOf(exposed.snapshot);
      const tail = tailOf(exposed);
      return tail ? textWith(whole, tail) : (whole.text ??= textWith(whole, [end]));
    },
    renderGzip(exposed) {
      const whole = keptOf(exposed.snapshot);
      const tail = tailOf(exposed);
      return tail ? gzipWith(whole, tail) : (whole.gzip ??= gzipWith(whole, [end]));
    },
  };
}
