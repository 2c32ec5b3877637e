import { parse } from 'content-type';
import Negotiator from 'negotiator';
import { remember } from '../lib/remember.ts';

/** Text formats that a scrape can be answered in, with the Content-Type each is announced by. The order is our preference. */
export const contentTypes = {
  'text-0.0.4': 'text/plain; version=0.0.4; charset=utf-8',
  'text-1.0.0': 'text/plain; version=1.0.0; charset=utf-8; escaping=underscores',
  'openmetrics-1.0.0': 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

export type ExpositionFormat = keyof typeof contentTypes;
export const expositionFormats = Object.keys(contentTypes) as ExpositionFormat[];

/** How a format is asked for. `implied`: also when the media type is named without a version. */
const ranges = {
  'text-0.0.4': { type: 'text', subtype: 'plain', version: '0.0.4', implied: true },
  'text-1.0.0': { type: 'text', subtype: 'plain', version: '1.0.0', implied: false },
  'openmetrics-1.0.0': { type: 'application', subtype: 'openmetrics-text', version: '1.0.0', implied: true },
} as const satisfies Record<ExpositionFormat, unknown>;

/** One element of `Accept` or `Content-Type`: a media type or range in lower case, its parameters by lower-case name. */
export interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly weight: number;
}

interface Match {
  readonly specificity: number;
  readonly weight: number;
  readonly position: number;
}

/**
 * The format to answer an `Accept` header with: the one of highest weight, ties in the order listed, else 0.0.4. As in
 * RFC 9110 the most specific range decides a format's weight, and a weight of 0 rules it out. What we do not speak
 * (protobuf, OpenMetrics 0.0.1, …) is passed over. Never throws.
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  return bestFormat(accept ?? '');
}

const bestFormat = remember((accept): ExpositionFormat => {
  const items = parseMediaTypes(accept);
  let best: { format: ExpositionFormat; match: Match } | undefined;
  for (const format of expositionFormats) {
    const match = bestMatch(format, items);
    if (!match || match.weight === 0) continue;
    if (!best || isPreferred(match, best.match)) best = { format, match };
  }
  return best?.format ?? 'text-0.0.4';
});

/** Whether an `Accept-Encoding` header allows gzip: named (also as `x-gzip`) or by `*`, and not with a weight of 0. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return acceptEncoding !== undefined && namesGzip(acceptEncoding);
}

const namesGzip = remember((acceptEncoding) => {
  const headers = { 'accept-encoding': acceptEncoding.replace(/\bx-gzip\b/gi, 'gzip') };
  return new Negotiator({ headers }).encodings(['gzip']).length > 0;
});

/** RFC 9110's qvalue, with any number of decimals. */
const qvalue = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/;
/** Every quoted string comes to its end. */
const allQuotesClosed = /^(?:[^"]|"(?:[^"\\]|\\.)*")*$/s;

/**
 * Elements of an `Accept` or `Content-Type` header in the order listed. Takes time linear in the header and never throws:
 * an element that cannot be read (a weight that is none, a quote that never closes) is left out.
 *
 * `negotiator` ranks media types and forgets their parameters, but the formats of an exposition differ in `version` alone,
 * and scrapers add parameters (`escaping`) that rule nothing out. So only its parser, `content-type`, is used here.
 */
export function parseMediaTypes(header: string): MediaType[] {
  const found: MediaType[] = [];
  for (let start = 0; start < header.length;) {
    const { type, parameters, index } = parse(header, { comma: true, start });
    const { q: weight = '1' } = parameters;
    if (qvalue.test(weight) && allQuotesClosed.test(header.slice(start, index))) {
      found.push({ type, parameters, weight: Number(weight) });
    }
    start = index + 1;
  }
  return found;
}

function isPreferred(match: Match, over: Match): boolean {
  return match.weight > over.weight || (match.weight === over.weight && match.position < over.position);
}

function bestMatch(format: ExpositionFormat, items: readonly MediaType[]): Match | undefined {
  let best: Match | undefined;
  for (const [position, item] of items.entries()) {
    const specificity = specificityOf(item, format);
    if (specificity === 0) continue;
    const match = { specificity, weight: item.weight, position };
    if (!best || specificity > best.specificity) best = match;
    else if (specificity === best.specificity && isPreferred(match, best)) best = match;
  }
  return best;
}

/** 0 where the range does not cover the format, more the closer it names it. */
function specificityOf(range: MediaType, format: ExpositionFormat): number {
  const { type, subtype, version, implied } = ranges[format];
  if (range.type === '*/*') return 1;
  if (range.type === `${type}/*`) return 2;
  if (range.type !== `${type}/${subtype}`) return 0;
  const asked = range.parameters['version'];
  if (asked === undefined) return implied ? 3 : 0;
  return asked === version ? 4 : 0;
}
