import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, unlinkSync } from 'node:fs';
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
  /** Bytes on disk, those of requests under way included. */
  readonly usedBytes: number;
  /** Starts writing rows. `beyondLimit`: rows that are in the spool already, and are only written another way. */
  write(options?: { readonly beyondLimit: boolean }): SpoolWriter;
  read(file: string): Promise<Buffer>;
  /** Removes files that are no longer needed. */
  remove(parts: readonly Part[]): Promise<void>;
}

export interface SpoolWriter {
  /** @throws Refusal `spool_full` where the limit or the disk is reached. */
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
  /** Files that still hold rows. Every other one was never acknowledged, or is done with, and is removed. */
  readonly known: readonly Part[];
  /** Called after each change of `usedBytes`. */
  readonly onChange: () => void;
}

interface OpenPart {
  readonly handle: FileHandle;
  readonly file: string;
  rows: number;
  bytes: number;
}

/** Where the files lie in the spool's folder. */
export const partsFolder = (folder: string) => join(folder, 'parts');

/** The names of the files that are there. */
export function listParts(folder: string): string[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder).filter((file) => file.endsWith('.ndjson'));
}

export function openSpoolFiles({ folder, maxBytes, otherBytes, known, onChange }: SpoolFilesOptions): SpoolFiles {
  const names = new Set(known.map(({ file }) => file));
  for (const file of listParts(folder)) if (!names.has(file)) unlinkSync(join(folder, file));
  let used = known.reduce((sum, { bytes }) => sum + bytes, 0);
  const fsyncFolder = folderSync(folder);
  const limitFsyncs = limitConcurrency(FSYNCS_AT_ONCE);

  function use(bytes: number): void {
    used += bytes;
    onChange();
  }

  async function remove(parts: readonly Part[]): Promise<void> {
    await Promise.all(
      parts.map(async ({ file, bytes }) => {
        await unlink(join(folder, file)).catch(ignoreMissing);
        use(-bytes);
      }),
    );
  }

  async function create(): Promise<OpenPart> {
    const file = `${randomUUID()}.ndjson`;
    return { handle: await open(join(folder, file), 'wx', 0o600), file, rows: 0, bytes: 0 };
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
      if (!beyondLimit && used + otherBytes() + bytes.length > maxBytes) throw new Refusal('spool_full');
      pending = [];
      pendingRows = 0;
      pendingBytes = 0;
      current ??= await create();
      current.rows += rows;
      current.bytes += bytes.length;
      use(bytes.length);
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
    remove,
  };
}

async function refuseWhenFull<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
      throw new Refusal('spool_full', undefined, undefined, { cause: error });
    }
    throw error;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
