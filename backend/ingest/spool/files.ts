import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { open, readFile, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../http/refusal.ts';
import { folderSync, limitConcurrency } from '../../lib/fsync.ts';

/** A file is closed at one of these. */
const PART_ROWS = 10_000;
export const PART_BYTES = 8 * 1024 * 1024;
const WRITE_BYTES = 256 * 1024;
/** Files brought onto the disk at a time: threads of Node's pool are left for everybody else. */
const FSYNCS_AT_ONCE = 2;

/** A file takes whole blocks of the disk. */
const BLOCK_BYTES = 4096;
export const onDisk = (bytes: number) => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;

/** JSON lines, each with its newline: so many rows that stay together. */
export interface Rows {
  readonly bytes: Buffer;
  readonly count: number;
}

/** One file of the spool: JSON lines that are on disk. */
export interface Part {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Where rows wait on disk until ClickHouse has them. Bounded: beyond that it refuses and keeps what it has. */
export interface SpoolFiles {
  /** Bytes on disk, in whole blocks, those of requests under way included. */
  readonly usedBytes: number;
  /** Starts writing rows. `beyondLimit`: rows that are in the spool already, and are only written another way. */
  write(options?: { readonly beyondLimit: boolean }): SpoolWriter;
  read(file: string): Promise<Buffer>;
  /** The journal knows these parts now: they get their names. */
  settle(parts: readonly Part[]): void;
  /** Removes files that are no longer needed. One that cannot be removed is told, stays, and counts as used. */
  remove(parts: readonly Part[]): Promise<void>;
  /** These parts do not lie here any more. */
  forget(parts: readonly Part[]): void;
}

export interface SpoolWriter {
  /** @throws Refusal `spool_full` where the limit is reached, `storage_full` where the disk is full. */
  add(rows: readonly Rows[]): Promise<void>;
  /** Resolves once everything is on disk, and stays there whatever happens to the process or the power. */
  finish(): Promise<Part[]>;
  /** Forgets what was written. */
  discard(): Promise<void>;
}

export interface SpoolFilesOptions {
  readonly folder: string;
  readonly maxBytes: number;
  /** What is kept beside the rows and counts as well, in bytes. */
  readonly otherBytes: () => number;
  /** What is kept free of rows, in bytes. */
  readonly reservedBytes: () => number;
  /** Files that hold rows. */
  readonly known: readonly Part[];
  /** Called after each change of `usedBytes`. */
  readonly onChange: () => void;
  /** A file that is no longer needed could not be removed. */
  readonly onStuck: (file: string) => void;
}

interface OpenPart {
  readonly handle: FileHandle;
  readonly file: string;
  rows: number;
  bytes: number;
}

/** Where the files lie in the spool's folder. */
export const partsFolder = (folder: string) => join(folder, 'parts');

/** What a file ends with until the journal knows it: its rows were never acknowledged. */
const PARTIAL = '.partial';
export const isPartial = (file: string) => file.endsWith(PARTIAL);

/** The names of the files that are there, those that were never acknowledged included. */
export function listParts(folder: string): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder).filter((file) => file.endsWith('.ndjson') || file.endsWith(`.ndjson${PARTIAL}`));
}

/** Gives a part that the journal knows its name. False where it cannot be done: it is tried again when it is read. */
export function settlePart(folder: string, file: string): boolean {
  try {
    renameSync(join(folder, file + PARTIAL), join(folder, file));
    return true;
  } catch {
    return false;
  }
}

export function openSpoolFiles(options: SpoolFilesOptions): SpoolFiles {
  const { folder, maxBytes, otherBytes, reservedBytes, known, onChange, onStuck } = options;
  let used = known.reduce((sum, { bytes }) => sum + onDisk(bytes), 0);
  const fsyncFolder = folderSync(folder);
  const limitFsyncs = limitConcurrency(FSYNCS_AT_ONCE);

  function use(bytes: number): void {
    used += bytes;
    onChange();
  }

  async function remove(parts: readonly Part[]): Promise<void> {
    await Promise.all(
      parts.map(async ({ file, bytes }) => {
        try {
          await unlinkAny([join(folder, file), join(folder, file + PARTIAL)]);
          use(-onDisk(bytes));
        } catch {
          onStuck(file);
        }
      }),
    );
  }

  async function create(): Promise<OpenPart> {
    const file = `${randomUUID()}.ndjson`;
    return { handle: await open(join(folder, file + PARTIAL), 'wx', 0o600), file, rows: 0, bytes: 0 };
  }

  function write({ beyondLimit } = { beyondLimit: false }): SpoolWriter {
    const closed: Part[] = [];
    const fsyncs: Promise<void>[] = [];
    let current: OpenPart | undefined;
    let pending: Buffer[] = [];
    let pendingRows = 0;
    let pendingBytes = 0;

    async function writePending(): Promise<void> {
      if (pendingRows === 0) return;
      const [rows, bytes] = [pendingRows, pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending)];
      const before = current?.bytes ?? 0;
      const more = onDisk(before + bytes.length) - onDisk(before);
      if (!beyondLimit && used + more + otherBytes() + reservedBytes() > maxBytes) throw new Refusal('spool_full');
      pending = [];
      pendingRows = 0;
      pendingBytes = 0;
      use(more); // at once: others ask whether there is room meanwhile
      current ??= await create().catch((error: unknown) => {
        use(-more);
        throw error;
      });
      current.rows += rows;
      current.bytes += bytes.length;
      await current.handle.writeFile(bytes);
      if (current.bytes >= PART_BYTES || current.rows >= PART_ROWS) closePart();
    }

    function closePart(): void {
      if (!current) return;
      const { handle, file, rows, bytes } = current;
      current = undefined;
      closed.push({ file, rows, bytes });
      const fsync = limitFsyncs(() => handle.datasync()).finally(() => handle.close());
      fsync.catch(() => undefined); // awaited when the request is complete, or not at all
      fsyncs.push(fsync);
    }

    return {
      add: (rows) =>
        refuseWhenFull(async () => {
          for (const { bytes, count } of rows) {
            if ((current?.rows ?? 0) + pendingRows + count > PART_ROWS) {
              await writePending();
              closePart();
            }
            pending.push(bytes);
            pendingRows += count;
            pendingBytes += bytes.length;
            if (pendingBytes >= WRITE_BYTES) await writePending();
          }
        }),
      finish: () =>
        refuseWhenFull(async () => {
          await writePending();
          closePart();
          if (closed.length > 0) await Promise.all([...fsyncs, fsyncFolder()]);
          return closed;
        }),
      async discard() {
        closePart();
        await Promise.allSettled(fsyncs);
        await remove(closed.splice(0));
      },
    };
  }

  return {
    get usedBytes() {
      return used + otherBytes();
    },
    write,
    read: (file) => readFile(join(folder, file)),
    settle(parts) {
      for (const { file } of parts) settlePart(folder, file);
    },
    remove,
    forget(parts) {
      use(-parts.reduce((sum, { bytes }) => sum + onDisk(bytes), 0));
    },
  };
}

async function refuseWhenFull<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
      throw new Refusal('storage_full', undefined, undefined, { cause: error });
    }
    throw error;
  }
}

/** Removes the file, whichever of these names it has. */
async function unlinkAny(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    try {
      return await unlink(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
