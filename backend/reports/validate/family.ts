/** What comes out of one family: its series of the text, each once. */
import { isOpen, type Family } from '../../../contract/catalogue-model.ts';
import type { DescribedCatalogue } from '../../../contract/described.ts';
import { formatValue, lineStart, valueName, type Dialect } from '../../exposition/text.ts';
import type { FittedFamily } from '../accepted.ts';
import type { Sample } from '../../exposition/parse/types.ts';
import type { TimeSlices } from '../../lib/event-loop.ts';
import { addLine, draftLines, draftMisfit, isWhole, openValues, startDraft, type Draft } from './histogram.ts';
import type { Known } from './known.ts';
import { createLabelReader, isMisfit, type FittedLabels } from './labels.ts';
import type { Misfit, Misfits } from './rejections.ts';
import type { OpenLabels } from './open-label.ts';
import { createOutput } from './output.ts';
import { createSeriesIndex } from './series-index.ts';
import { faultOfNumber, faultOfTime } from './value.ts';

export interface FamilyReader {
  take(sample: Sample, known: Known): void;
  /** Everything taken; nothing where there is no series. */
  end(slices: TimeSlices): Promise<FittedFamily | undefined>;
}

interface Context {
  readonly described: DescribedCatalogue;
  readonly instance: string | undefined;
  readonly openLabels: OpenLabels;
  readonly misfits: Misfits;
  /** Throws where there is one too many. */
  readonly count: (line: number) => void;
}

export function createFamilyReader(family: Family, context: Context): FamilyReader {
  const { name, type, buckets } = family;
  const { described, instance, openLabels, misfits } = context;
  const labelReader = createLabelReader(family, described, instance, openLabels);
  const openBounds = buckets && isOpen(buckets) ? openLabels(name, 'le', buckets.max) : undefined;
  const starts = { text: valueName(family, 'text'), openmetrics: valueName(family, 'openmetrics') };
  const text = createOutput();
  // Most lines are the same in both dialects, and kept once.
  const openMetrics = type === 'histogram' || starts.text !== starts.openmetrics ? createOutput() : undefined;
  const seen = createSeriesIndex();
  const drafts = new Map<string, Draft>();
  let series = 0;

  function write(linesOf: (dialect: Dialect) => string, lineCount: number): void {
    text.add(linesOf('text'));
    openMetrics?.add(linesOf('openmetrics'));
    series += lineCount;
  }

  function takeValue(sample: Sample): Misfit | undefined {
    const { line, value } = sample;
    const labels = labelReader.read(sample);
    if (isMisfit(labels)) return labels;
    const fault = faultOfTime(sample, family) ?? faultOfNumber(name, type, value);
    if (fault !== undefined) return { reason: 'bad_value', line, name, label: null, sentence: () => fault };
    const misfit = repeated(labels, line) ?? labelReader.withoutRoom(labels, line);
    if (misfit) return misfit;
    context.count(line);
    labelReader.take(labels);
    write((dialect) => `${lineStart(starts[dialect], labels.pairs)}${formatValue(value)}\n`, 1);
    return undefined;
  }

  function repeated({ pairs }: FittedLabels, line: number): Misfit | undefined {
    const before = seen.add(pairs, line);
    const sentence = () => `has the same labels of ${name} as line ${before ?? ''}`;
    return before === undefined ? undefined : { reason: 'duplicate', line, name, label: null, sentence };
  }

  function takeLine(sample: Sample, known: Known): Misfit | undefined {
    const labels = labelReader.read(sample, known.part === 'bucket' ? 'le' : undefined);
    if (isMisfit(labels)) return labels;
    let draft = drafts.get(labels.pairs);
    if (!draft) {
      const misfit = repeated(labels, sample.line);
      if (misfit) return misfit;
      drafts.set(labels.pairs, (draft = startDraft(labels, sample.line)));
    }
    context.count(sample.line);
    addLine(draft, sample, known);
    if (isWhole(draft)) end(draft);
    return undefined;
  }

  function end(draft: Draft): void {
    const { labels, line, lines } = draft;
    drafts.delete(labels.pairs);
    const misfit = draftMisfit(draft, family, openBounds) ?? labelReader.withoutRoom(labels, line);
    if (misfit) return misfits.add(misfit, lines);
    labelReader.take(labels);
    if (openBounds) openValues(draft).forEach(openBounds.add);
    write((dialect) => draftLines(draft, name, dialect), lines);
  }

  return {
    take(sample, known) {
      const misfit = known.part === 'value' ? takeValue(sample) : takeLine(sample, known);
      if (misfit) misfits.add(misfit);
    },
    async end(slices) {
      for (const draft of drafts.values()) {
        if (slices.isOver()) await slices.next();
        end(draft);
      }
      if (series === 0) return undefined;
      const whole = await text.end(slices);
      return { name, series, lines: { text: whole, openmetrics: (await openMetrics?.end(slices)) ?? whole } };
    },
  };
}
