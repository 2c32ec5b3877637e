import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from './files.ts';

/** Where rows go that ClickHouse rejects permanently: on disk, one file a stream, for a person to look at. */
export interface Quarantine {
  /** Resolves once the rows are on disk. */
  keep(stream: string, rows: Uint8Array): Promise<void>;
  /** What lies there, in bytes, in whole blocks, as seen when it was last measured. */
  readonly bytes: number;
  /** Looks again: somebody may have taken files away. */
  measure(): void;
}

/** Where it lies in the spool's folder. */
export const quarantineFolder = (folder: string) => join(folder, 'quarantine');

export function openQuarantine(folder: string): Quarantine {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const size = () => readdirSync(folder).reduce((sum, file) => sum + sizeOf(join(folder, file)), 0);
  let bytes = size();
  return {
    get bytes() {
      return bytes;
    },
    measure() {
      bytes = size();
    },
    async keep(stream, rows) {
      const handle = await open(join(folder, `${stream}.ndjson`), 'a', 0o600);
      try {
        await handle.writeFile(rows);
        await handle.sync();
      } finally {
        await handle.close();
      }
      bytes = size();
    },
  };
}

function sizeOf(file: string): number {
  return onDisk(statSync(file, { throwIfNoEntry: false })?.size ?? 0);
}
