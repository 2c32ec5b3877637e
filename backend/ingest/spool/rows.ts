import { isUtf8 } from 'node:buffer';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { parseTimestamp } from '../../../contract/api.ts';
import { ingestLimits, ingestStreams, type IngestStream } from '../../../contract/ingest.ts';
import { Refusal } from '../../http/refusal.ts';
import { isAddress } from '../../lib/ip-address.ts';
import { createCanonicalReader } from './canonical-rows.ts';
import type { Rows } from './files.ts';

type Row = Record<string, unknown> & { ts: number | string };
/** What is wrong with a row: its field and a sentence that never repeats the value. */
interface RowProblem {
  readonly field: string;
  readonly message: string;
}

const ajv = new Ajv({ allErrors: false, coerceTypes: false, unicodeRegExp: false, allowUnionTypes: true });
const checks = Object.fromEntries(
  Object.entries(ingestStreams).map(([stream, schema]) => [stream, ajv.compile(schema)]),
) as Record<IngestStream, ValidateFunction<Row>>;
const NEWLINE = 0x0a;
/** UTF-8's byte order mark. */
const MARK = Buffer.from('\ufeff');
const startsWithMark = (bytes: Buffer) => bytes.subarray(0, MARK.length).equals(MARK);
/** A character of UTF-16 is at most three bytes of UTF-8. */
const SAFE_LENGTH = Math.floor(ingestLimits.lineBytes / 3);
/** Empty lines are passed over, but not without end. */
const MAX_LINES = 2 * ingestLimits.rows;
/** Rows handed on together at the most: a file of the spool can be closed between them. */
const ROWS_TOGETHER = 1_000;

/** Turns the bytes of a request into checked rows, line by line. */
export interface RowReader {
  readonly rows: number;
  /** The rows of the lines that ended in this chunk, checked. */
  read(chunk: Buffer): Rows[];
  /** The last line, where it has no newline. */
  end(): Rows[];
}

/** @throws Refusal that names the line and the field; the rows before it are then worth nothing. */
export function createRowReader(stream: IngestStream, now: number): RowReader {
  const check = checks[stream];
  const endOfCanonical = createCanonicalReader(stream, now);
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let rows = 0;

  function readRow(text: string): string {
    const row = parse(text);
    if (row === undefined) throw invalidRow({ field: '', message: 'is not valid JSON' });
    if (!check(row)) throw invalidRow(schemaProblem(check.errors?.[0], row, now));
    const ts = time(row.ts, now);
    if (typeof ts !== 'number') throw invalidRow(ts);
    const problem = addressProblem(row) ?? (text.includes('\\u') ? surrogateProblem(row) : undefined);
    if (problem) throw invalidRow(problem);
    row.ts = ts;
    return JSON.stringify(row);
  }

  function countRow(): void {
    rows += 1;
    if (rows > ingestLimits.rows)
      throw new Refusal('ingest_too_large', `More than ${ingestLimits.rows} rows in a request.`);
  }

  function countLine(): void {
    line += 1;
    if (line > MAX_LINES) throw new Refusal('ingest_too_large', `More than ${MAX_LINES} lines in a request.`);
  }

  function invalidRow({ field, message }: RowProblem): Refusal {
    const where = field === '' ? `line ${line}` : `line ${line}, ${field}`;
    return new Refusal('invalid_rows', `${where}: ${message}. Nothing of this request was stored.`, [
      { field: field === '' ? `${line}` : `${line}.${field}`, message: `${message}.` },
    ]);
  }

  /** @param lines whole ones, each with its newline; the first may begin with a byte order mark, as Windows tools write it */
  function readLines(lines: Buffer): Rows[] {
    const bytes = line === 0 && startsWithMark(lines) ? lines.subarray(MARK.length) : lines;
    if (!isUtf8(bytes)) throw invalidBytes(bytes);
    const found: Rows[] = [];
    for (let at = 0; at < bytes.length;) {
      const canonical = readCanonicalRows(bytes, at);
      if (canonical.count > 0) found.push(canonical);
      at += canonical.bytes.length;
      if (canonical.count === ROWS_TOGETHER || at === bytes.length) continue;
      const end = bytes.indexOf(NEWLINE, at);
      found.push(...readLine(bytes.toString('utf8', at, end)));
      at = end + 1;
    }
    return found;
  }

  /** Those that stand together at `start`: a piece of the same memory. */
  function readCanonicalRows(bytes: Buffer, start: number): Rows {
    let at = start;
    let count = 0;
    while (count < ROWS_TOGETHER && at < bytes.length) {
      const end = endOfCanonical(bytes, at);
      if (end === -1 || bytes[end] !== NEWLINE) break;
      countLine();
      countRow();
      count += 1;
      at = end + 1;
    }
    return { bytes: bytes.subarray(start, at), count };
  }

  function readLine(text: string): Rows[] {
    countLine();
    if (text.length > SAFE_LENGTH && Buffer.byteLength(text) > ingestLimits.lineBytes) throw lineTooLong();
    if (text === '' || text === '\r') return [];
    countRow();
    return [{ bytes: Buffer.from(`${readRow(text)}\n`), count: 1 }];
  }

  function invalidBytes(bytes: Buffer): Refusal {
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(NEWLINE, start) + 1;
      line += 1;
      if (!isUtf8(bytes.subarray(start, end))) break;
      start = end;
    }
    return invalidRow({ field: '', message: 'is not UTF-8 text' });
  }

  function lineTooLong(): Refusal {
    return new Refusal('ingest_too_large', `line ${line}: is longer than ${ingestLimits.lineBytes} bytes.`);
  }

  return {
    get rows() {
      return rows;
    },
    read(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(NEWLINE);
      rest = bytes.subarray(end + 1);
      const lines = end === -1 ? [] : readLines(bytes.subarray(0, end + 1));
      if (rest.length > ingestLimits.lineBytes) {
        line += 1;
        throw lineTooLong();
      }
      return lines;
    },
    end() {
      const last = rest;
      rest = Buffer.alloc(0);
      return last.length === 0 ? [] : readLines(Buffer.concat([last, Buffer.from('\n')]));
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function schemaProblem(error: ErrorObject | undefined, row: unknown, now: number): RowProblem {
  if (!error) return { field: '', message: 'is not valid' };
  const { instancePath, keyword, message = 'is not valid' } = error;
  const params = error.params as Record<string, unknown>;
  if (keyword === 'additionalProperties') return { field: '', message: 'has a field that this stream does not know' };
  if (keyword === 'required') return { field: String(params['missingProperty']), message: 'is missing' };
  const field = instancePath.split('/')[1] ?? '';
  return field === 'ts' ? (otherUnit((row as { ts: unknown }).ts, now) ?? timeForm) : { field, message };
}

const timeForm: RowProblem = {
  field: 'ts',
  message: 'has to be ISO 8601 with an offset, or milliseconds since the Unix epoch',
};

function time(value: number | string, now: number): number | RowProblem {
  const ts = typeof value === 'number' ? value : parseTimestamp(value);
  if (ts === undefined) return timeForm;
  if (isTimely(ts, now)) return ts;
  const message = ts < now ? 'is more than 7 days old' : 'is more than 5 minutes ahead';
  return otherUnit(value, now) ?? { field: 'ts', message };
}

function isTimely(ts: number, now: number): boolean {
  return ts >= now - ingestLimits.maxAgeMs && ts <= now + ingestLimits.maxAheadMs;
}

/** How many milliseconds one of them is. */
const otherUnits = [
  ['seconds', 1000],
  ['microseconds', 1e-3],
  ['nanoseconds', 1e-6],
] as const;

/** A number that would be a time of now in another unit than milliseconds. */
function otherUnit(value: unknown, now: number): RowProblem | undefined {
  if (typeof value !== 'number') return undefined;
  const found = otherUnits.find(([, ms]) => isTimely(value * ms, now));
  return (
    found && { field: 'ts', message: `looks like ${found[0]} since the Unix epoch, where milliseconds have to be sent` }
  );
}

function addressProblem(row: Row): RowProblem | undefined {
  for (const field of ['ip', 'server_ip']) {
    const value = row[field];
    if (typeof value === 'string' && !isAddress(value)) return { field, message: 'is not an IP address' };
  }
  return undefined;
}

/** Half of a character can be written in JSON (`\ud800`) and in nothing that comes after. */
function surrogateProblem(row: Row): RowProblem | undefined {
  for (const [field, value] of Object.entries(row)) {
    const texts = typeof value === 'object' && value !== null ? Object.entries(value).flat() : [value];
    if (texts.some((text) => typeof text === 'string' && !text.isWellFormed())) {
      return { field, message: 'contains half of a character (a lone surrogate)' };
    }
  }
  return undefined;
}
