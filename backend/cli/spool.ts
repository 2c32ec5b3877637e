import { existsSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ingestStreamNames, type IngestStream } from '../../contract/ingest.ts';
import { ConfigError } from '../config/error.ts';
import { claimFolder } from '../config/private-files.ts';
import { FileDamaged, FileInUse } from '../database/own-file.ts';
import { refusalOf } from '../http/refusal.ts';
import { damageOf } from '../ingest/spool/damage.ts';
import { isPartial, listParts, partsFolder } from '../ingest/spool/files.ts';
import { journalFile, openJournal } from '../ingest/spool/journal.ts';
import { quarantineFolder } from '../ingest/spool/quarantine.ts';
import { createRowReader } from '../ingest/spool/rows.ts';
import { openSpooler } from '../ingest/spool/spooler.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/logger.ts';
import { keepNewFilesPrivate } from '../lib/new-files.ts';
import { configOf, withCommonOptions, type CommonOptions } from './context.ts';
import { print, printJson, printTable } from './output.ts';

interface Finding {
  readonly file: string;
  readonly finding: string;
}

interface Recovered {
  readonly file: string;
  readonly rows: number;
  /** Why nothing of it went back. */
  readonly problem: string | null;
}

/** Files of the quarantine that were parts of the spool: their names are UUIDs. */
const PART_NAME = /^[0-9a-f-]{36}\.ndjson(\.partial)?(\.\d+)?$/;

export function addSpoolCommands(spool: Command): void {
  withCommonOptions(
    spool.command('check').description('compare the files of the spool with its journal, while the backend is stopped'),
  ).action((options: CommonOptions) => {
    const folder = ownFolder(options);
    const findings = folder === undefined ? [] : whileStopped(() => check(folder));
    if (findings.length > 0) process.exitCode = 1;
    if (options.json) return printJson({ ok: findings.length === 0, findings });
    if (findings.length === 0) return print('Every part of the spool is as its journal says.');
    printTable(
      ['FILE', 'FINDING'],
      findings.map(({ file, finding }) => [file, finding]),
    );
    print(
      'The backend puts all of these into quarantine when it starts; `vitals spool recover` brings rows back from there.',
    );
  });

  withCommonOptions(
    spool
      .command('recover')
      .description(
        'bring whole rows of quarantined parts back into the spool, while the backend is stopped; rows that ClickHouse has already are there twice then',
      ),
  ).action(async (options: CommonOptions) => {
    keepNewFilesPrivate();
    const folder = ownFolder(options);
    const files = folder === undefined ? [] : await recover(folder);
    if (files.some(({ problem }) => problem !== null)) process.exitCode = 1;
    if (options.json) return printJson({ files });
    if (files.length === 0) return print('No part of the spool lies in quarantine.');
    printTable(
      ['FILE', 'ROWS', 'PROBLEM'],
      files.map(({ file, rows, problem }) => [file, String(rows), problem]),
    );
    print('What is back goes to ClickHouse when the backend starts. Rows that were there already are there twice.');
  });
}

/**
 * The spool's folder, where there is one.
 * @throws ConfigError where it belongs to another user: who could not open what is written into it
 */
function ownFolder(options: CommonOptions): string | undefined {
  const { spool_dir } = configOf(options).ingest;
  if (!existsSync(spool_dir)) return undefined;
  claimFolder('ingest.spool_dir', spool_dir, silentLogger);
  return spool_dir;
}

function whileStopped<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileInUse) throw new ConfigError('The spool is in use: stop the backend first.');
    throw error;
  }
}

/** Makes nothing: a journal that is not there stays away. */
function check(folder: string): Finding[] {
  const file = journalFile(folder);
  const there = existsSync(partsFolder(folder)) ? listParts(partsFolder(folder)) : [];
  if (!existsSync(file)) return there.map((part) => ({ file: part, finding: 'unknown: there is no journal' }));
  try {
    const journal = openJournal(file);
    try {
      const known = journal.everyPart();
      const names = new Set([...known.map((part) => part.file), ...journal.removedFiles()]);
      const damaged = known.flatMap((part): Finding[] => {
        const damage = there.length === 0 ? 'missing' : damageOf(partsFolder(folder), part);
        return damage ? [{ file: part.file, finding: `${damage}: ${part.rows} rows` }] : [];
      });
      const unknown = there.filter((part) => !names.has(part) && (journal.isNew || !isPartial(part)));
      return [...damaged, ...unknown.map((part) => ({ file: part, finding: 'unknown to the journal' }))];
    } finally {
      journal.close();
    }
  } catch (error) {
    if (!(error instanceof FileDamaged)) throw error;
    return [{ file: 'journal.db', finding: 'damaged' }, ...there.map((part) => ({ file: part, finding: 'unknown' }))];
  }
}

async function recover(folder: string): Promise<Recovered[]> {
  // Without a bound: the rows take the room that they have in quarantine already.
  const unbounded = { folder, maxBytes: Number.MAX_SAFE_INTEGER, clock: systemClock };
  const spooler = whileStopped(() => openSpooler(unbounded));
  try {
    const found: Recovered[] = [];
    for (const file of readdirSync(quarantineFolder(folder)).filter((name) => PART_NAME.test(name))) {
      const path = join(quarantineFolder(folder), file);
      try {
        // A row's age is that of its file: it was in time when it came.
        const receivedAt = Math.round(statSync(path).mtimeMs);
        const bytes = wholeLines(readFileSync(path));
        const stream = streamOf(bytes, receivedAt);
        const request = { stream, credentialId: 'recover', idempotencyKey: file, receivedAt } as const;
        const { accepted } = await spooler.accept({ ...request, encoding: 'identity' }, one(bytes));
        unlinkSync(path);
        found.push({ file, rows: accepted, problem: null });
      } catch (error) {
        found.push({ file, rows: 0, problem: refusalOf(error)?.message ?? (error as Error).message });
      }
    }
    return found;
  } finally {
    spooler.close();
  }
}

/** Without what a torn file ends with. */
function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
}

/** A part does not say whose it is; but no row fits two streams. @throws where it fits none */
function streamOf(bytes: Buffer, now: number): IngestStream {
  if (bytes.length === 0) throw new Error('It holds no whole row.');
  const first = bytes.subarray(0, bytes.indexOf('\n') + 1);
  const stream = ingestStreamNames.find((name) => fits(name, first, now));
  if (!stream) throw new Error('Its first line is a row of no stream.');
  return stream;
}

function fits(stream: IngestStream, line: Buffer, now: number): boolean {
  try {
    createRowReader(stream, now).read(line);
    return true;
  } catch {
    return false;
  }
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}
