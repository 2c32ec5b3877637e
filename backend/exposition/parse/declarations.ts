/** What is declared of families whose lines stand anywhere, as Prometheus takes them: what was said last counts. */
import type { Dialect } from '../text.ts';
import { suffixes, type Groups } from './groups.ts';
import type { Sample } from './types.ts';

const suffix = /_(?:bucket|g?sum|g?count|total|created|info)$/;

/** No line stands in the wrong place. */
export function createDeclarations(dialect: Dialect): Groups {
  const declared = new Map<string, Sample['declared']>();
  return {
    describe(_keyword, name, line, type) {
      if (type !== undefined) declared.set(name, { type, line });
      return undefined;
    },
    groupOf(name) {
      const own = declared.get(name);
      if (own) return { declared: own };
      const ending = suffix.exec(name)?.[0];
      const family = ending === undefined ? undefined : declared.get(name.slice(0, -ending.length));
      const isPart = family && ending !== undefined && suffixes[dialect][family.type].includes(ending);
      return { declared: isPart ? family : undefined };
    },
  };
}
