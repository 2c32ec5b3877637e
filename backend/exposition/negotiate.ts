import { expositionFormats, type ExpositionFormat } from './formats.ts';
import { parseWeightedList, type WeightedItem } from './weighted-list.ts';

/** How a format is asked for. `implied`: also when the media type is named without a version. */
const ranges = {
  'text-0.0.4': { type: 'text', subtype: 'plain', version: '0.0.4', implied: true },
  'text-1.0.0': { type: 'text', subtype: 'plain', version: '1.0.0', implied: false },
  'openmetrics-1.0.0': { type: 'application', subtype: 'openmetrics-text', version: '1.0.0', implied: true },
} as const satisfies Record<ExpositionFormat, unknown>;

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
  const items = parseWeightedList(accept ?? '');
  let best: { format: ExpositionFormat; match: Match } | undefined;
  for (const format of expositionFormats) {
    const match = bestMatch(format, items);
    if (!match || match.weight === 0) continue;
    if (!best || isPreferred(match, best.match)) best = { format, match };
  }
  return best?.format ?? 'text-0.0.4';
}

/** Whether an `Accept-Encoding` header allows gzip: named (also as `x-gzip`) or by `*`, and not with a weight of 0. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const items = parseWeightedList(acceptEncoding ?? '');
  const named = items.filter(({ value }) => value === 'gzip' || value === 'x-gzip');
  const deciding = named.length > 0 ? named : items.filter(({ value }) => value === '*');
  return deciding.some(({ weight }) => weight > 0);
}

function isPreferred(match: Match, over: Match): boolean {
  return match.weight > over.weight || (match.weight === over.weight && match.position < over.position);
}

function bestMatch(format: ExpositionFormat, items: readonly WeightedItem[]): Match | undefined {
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
function specificityOf({ value, parameters }: WeightedItem, format: ExpositionFormat): number {
  const { type, subtype, version, implied } = ranges[format];
  if (value === '*/*') return 1;
  if (value === `${type}/*`) return 2;
  if (value !== `${type}/${subtype}`) return 0;
  const asked = parameters.get('version');
  if (asked === undefined) return implied ? 3 : 0;
  return asked === version ? 4 : 0;
}
