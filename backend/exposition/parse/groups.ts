/** Which lines belong to one family: they stand together, and what describes it stands above its samples. */
import type { Dialect } from '../text.ts';
import { shorten } from './labels.ts';
import type { DeclaredType, Sample } from './types.ts';

export type Keyword = 'TYPE' | 'HELP' | 'UNIT';

interface Group {
  readonly name: string;
  readonly line: number;
  readonly keywords: Set<Keyword>;
  readonly samples: Set<string>;
  declared: Sample['declared'];
}

/** What is added to a family's name in its samples. */
export const suffixes: Readonly<Record<Dialect, Readonly<Record<DeclaredType, readonly string[]>>>> = {
  text: {
    ...{ counter: [''], gauge: [''], stateset: [''], info: [''], untyped: [''], unknown: [''] },
    histogram: ['_bucket', '_sum', '_count'],
    gaugehistogram: [],
    summary: ['', '_sum', '_count'],
  },
  openmetrics: {
    ...{ gauge: [''], stateset: [''], untyped: [''], unknown: [''] },
    counter: ['_total', '_created'],
    // An info that is not called so is written by its own name.
    info: ['_info', ''],
    histogram: ['_bucket', '_sum', '_count', '_created'],
    gaugehistogram: ['_bucket', '_gsum', '_gcount'],
    summary: ['', '_sum', '_count', '_created'],
  },
};
const ofHistogram = /_(?:bucket|sum|count)$/;

export interface Groups {
  describe(keyword: Keyword, name: string, line: number, type?: DeclaredType): string | undefined;
  groupOf(name: string, line: number): Pick<Sample, 'declared'> | string;
}

/** Both functions return a sentence where a line stands in the wrong place. */
export function createGroups(dialect: Dialect): Groups {
  const owners = new Map<string, Group>();
  let current: Group | undefined;

  function open(name: string, line: number): Group {
    current = { name, line, keywords: new Set(), samples: new Set(), declared: undefined };
    owners.set(name, current);
    return current;
  }

  function sampleNames(group: Group): string[] | undefined {
    return group.declared && suffixes[dialect][group.declared.type].map((suffix) => group.name + suffix);
  }

  function belongs(name: string, group: Group): boolean {
    const names = sampleNames(group);
    if (names) return names.includes(name);
    // A histogram that nobody declared: its samples are told by their endings alone.
    const isPart = ofHistogram.test(name) && ofHistogram.test(group.name);
    return name === group.name || (isPart && name.replace(ofHistogram, '') === group.name.replace(ofHistogram, ''));
  }

  function describe(keyword: Keyword, name: string, line: number, type?: DeclaredType): string | undefined {
    let group = current;
    if (group?.name === name) {
      if (group.keywords.has(keyword)) return `is a second # ${keyword} of ${shorten(name)}`;
      if (group.samples.size > 0) return `is # ${keyword} of ${shorten(name)}, but stands below its samples`;
    } else {
      const owner = owners.get(name);
      if (owner) return apart(name, owner);
      group = open(name, line);
    }
    group.keywords.add(keyword);
    if (type === undefined) return undefined;
    group.declared = { type, line };
    const before = sampleNames(group)?.find((sample) => sample !== name && owners.has(sample));
    return before === undefined ? undefined : `is # TYPE of ${shorten(name)}, but stands below its samples`;
  }

  function groupOf(name: string, line: number): Pick<Group, 'declared'> | string {
    if (current?.samples.has(name)) return current;
    const owner = owners.get(name);
    let group = current && belongs(name, current) ? current : undefined;
    if (owner && owner !== group) return owner === current ? misnamed(owner) : apart(name, owner);
    group ??= open(name, line);
    group.samples.add(name);
    owners.set(name, group);
    return group;
  }

  function misnamed(group: Group): string {
    const names = (sampleNames(group) ?? []).map(shorten).join(', ');
    return `is called as the family ${shorten(group.name)} is: the samples of a ${group.declared?.type ?? ''} are ${names}`;
  }

  return { describe, groupOf };
}

function apart(name: string, { line }: Group): string {
  return `belongs to ${shorten(name)}, whose other lines begin on line ${line}: all lines of a family stand together`;
}
