/** What comes out of one family: its series of the text, each once. */
import { isOpen, type Family } from '../../../contract/catalogue-model.ts';
import type { DescribedCatalogue } from '../../../contract/documents/described-catalogue.ts';
import { formatValue, lineStart, valueName, type Dialect } from '../../exposition/text.ts';
import type { AcceptedFamily } from './accepted.ts';
import type { Sample } from '../../exposition/parse/types.ts';
import type { TimeSlices } from '../../lib/event-loop.ts';
import {
  addLine,
  histogramLines,
  histogramRejection,
  isComplete,
  boundValues,
  startHistogram,
  type PartialHistogram,
} from './histogram.ts';
import { timestampProblem, valueProblem, type KnownSample } from './family-samples.ts';
import { createLabelValidator, isRejection, type AcceptedLabels } from './labels.ts';
import type { Rejection, Rejections } from './rejections.ts';
import type { OpenLabels } from './open-label.ts';
import { createSeriesIndex } from './series-index.ts';

const PART_CHARACTERS = 32_768;

export interface FamilyValidator {
  add(sample: Sample, known: KnownSample): void;
  /** What was accepted; nothing where there is no series. */
  end(slices: TimeSlices): Promise<AcceptedFamily | undefined>;
}

interface Context {
  readonly described: DescribedCatalogue;
  readonly isLenient: boolean;
  readonly instance: string | undefined;
  readonly openLabels: OpenLabels;
  readonly rejections: Rejections;
  /** Throws where there is one too many. */
  readonly count: (line: number) => void;
}

export function createFamilyValidator(family: Family, context: Context): FamilyValidator {
  const { name, type, buckets } = family;
  const { described, isLenient, instance, openLabels, rejections } = context;
  const labelValidator = createLabelValidator(family, described, instance, openLabels);
  const openBounds = buckets && isOpen(buckets) ? openLabels(name, 'le', buckets.max) : undefined;
  const starts = { text: valueName(family, 'text'), openmetrics: valueName(family, 'openmetrics') };
  const text = createOutput();
  // Most lines are the same in both dialects, and kept once.
  const openMetrics = type === 'histogram' || starts.text !== starts.openmetrics ? createOutput() : undefined;
  const seen = createSeriesIndex();
  const histograms = new Map<string, PartialHistogram>();
  let series = 0;

  function write(linesOf: (dialect: Dialect) => string, lineCount: number): void {
    text.add(linesOf('text'));
    openMetrics?.add(linesOf('openmetrics'));
    series += lineCount;
  }

  function addValue(sample: Sample): Rejection | undefined {
    const { line, value } = sample;
    const labels = labelValidator.validate(sample);
    if (isRejection(labels)) return labels;
    const fault = (isLenient ? undefined : timestampProblem(sample, family)) ?? valueProblem(name, type, value);
    if (fault !== undefined) return { reason: 'bad_value', line, name, label: null, sentence: () => fault };
    const rejection = repeated(labels, line) ?? labelValidator.exceededBound(labels, line);
    if (rejection) return rejection;
    context.count(line);
    labelValidator.countOpenValues(labels);
    write((dialect) => `${lineStart(starts[dialect], labels.pairs)}${formatValue(value)}\n`, 1);
    return undefined;
  }

  function repeated({ pairs }: AcceptedLabels, line: number): Rejection | undefined {
    const before = seen.add(pairs, line);
    const sentence = () => `has the same labels of ${name} as line ${before ?? ''}`;
    return before === undefined ? undefined : { reason: 'duplicate', line, name, label: null, sentence };
  }

  function addHistogramLine(sample: Sample, known: KnownSample): Rejection | undefined {
    const labels = labelValidator.validate(sample, known.part === 'bucket' ? 'le' : undefined);
    if (isRejection(labels)) return labels;
    let histogram = histograms.get(labels.pairs);
    if (!histogram) {
      const rejection = repeated(labels, sample.line);
      if (rejection) return rejection;
      histograms.set(labels.pairs, (histogram = startHistogram(labels, sample.line)));
    }
    const rejection = addLine(histogram, sample, known, isLenient);
    if (rejection) return rejection;
    context.count(sample.line);
    if (isComplete(histogram, family, isLenient)) end(histogram);
    return undefined;
  }

  function end(histogram: PartialHistogram): void {
    const { labels, line, lines } = histogram;
    histograms.delete(labels.pairs);
    const rejection = histogramRejection(histogram, family, openBounds) ?? labelValidator.exceededBound(labels, line);
    if (rejection) return rejections.add(rejection, lines);
    labelValidator.countOpenValues(labels);
    if (openBounds) boundValues(histogram).forEach(openBounds.add);
    write((dialect) => histogramLines(histogram, name, dialect), lines);
  }

  return {
    add(sample, known) {
      const rejection = known.part === 'value' ? addValue(sample) : addHistogramLine(sample, known);
      if (rejection) rejections.add(rejection);
    },
    async end(slices) {
      for (const histogram of histograms.values()) {
        if (slices.isOver()) await slices.next();
        end(histogram);
      }
      if (series === 0) return undefined;
      const whole = await text.end(slices);
      return { name, series, lines: { text: whole, openmetrics: (await openMetrics?.end(slices)) ?? whole } };
    },
  };
}

/** Lines that grow into one buffer without ever copying much at once. */
interface Output {
  /** @param lines whole lines */
  add(lines: string): void;
  /** All of it. Nothing is added after. */
  end(slices: TimeSlices): Promise<Buffer>;
}

function createOutput(): Output {
  const parts: Buffer[] = [];
  let open = '';
  const close = () => {
    if (open !== '') parts.push(Buffer.from(open));
    open = '';
  };
  return {
    add(lines) {
      open += lines;
      if (open.length >= PART_CHARACTERS) close();
    },
    async end(slices) {
      close();
      const whole = Buffer.allocUnsafeSlow(parts.reduce((size, part) => size + part.length, 0));
      let at = 0;
      for (const part of parts) {
        if (slices.isOver()) await slices.next();
        at += part.copy(whole, at);
      }
      return whole;
    },
  };
}
