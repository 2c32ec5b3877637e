/** Which series were there, and on which line: outside of the heap, so that collecting garbage stays short. */
import { randomInt } from 'node:crypto';

/** Each grows by itself, so that none takes long to. */
const SHARDS = 64;
const FIRST_SIZE = 64;
/** Of an entry: two halves of its hash, then its line, which is 0 where there is none. */
const FIELDS = 3;
// Of 64 bits, and nobody knows beforehand which: two series with the same hash do not happen.
const seeds = [randomInt(2 ** 31), randomInt(2 ** 31)] as const;

export interface SeriesIndex {
  /** The line that the series was on, or nothing where it is new: it is on this one from now on. */
  add(pairs: string, line: number): number | undefined;
}

export function createSeriesIndex(): SeriesIndex {
  const shards = new Map<number, Shard>();
  return {
    add(pairs, line) {
      let one: number = seeds[0];
      let other: number = seeds[1];
      for (let i = 0; i < pairs.length; i++) {
        const code = pairs.charCodeAt(i);
        one = Math.imul(one ^ code, 0x9e3779b1);
        one ^= one >>> 15;
        other = Math.imul(other ^ code, 0x85ebca6b);
        other ^= other >>> 13;
      }
      const number = one & (SHARDS - 1);
      let shard = shards.get(number);
      if (!shard) shards.set(number, (shard = createShard()));
      return shard.add(one, other, line);
    },
  };
}

type Shard = ReturnType<typeof createShard>;

function createShard() {
  let size = FIRST_SIZE;
  let entries = 0;
  let table = new Int32Array(size * FIELDS);

  /** Where the entry is, or its free place. */
  function find(one: number, other: number): number {
    let slot = other & (size - 1);
    for (;;) {
      const at = slot * FIELDS;
      if (table[at + 2] === 0 || (table[at] === one && table[at + 1] === other)) return at;
      slot = (slot + 1) & (size - 1);
    }
  }

  function grow(): void {
    const old = table;
    size *= 2;
    table = new Int32Array(size * FIELDS);
    for (let at = 0; at < old.length; at += FIELDS) {
      if (old[at + 2] !== 0) table.set(old.subarray(at, at + FIELDS), find(old[at] ?? 0, old[at + 1] ?? 0));
    }
  }

  return {
    add(one: number, other: number, line: number): number | undefined {
      const at = find(one, other);
      const before = table[at + 2];
      if (before) return before;
      table[at] = one;
      table[at + 1] = other;
      table[at + 2] = line;
      if (++entries * 2 > size) grow();
      return undefined;
    },
  };
}
