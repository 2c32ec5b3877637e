/**
 * Rows whose bytes are already what would be written down of them: known fields, each once, in JSON without spaces and
 * escapes. Nearly every row is one. It is checked where it lies, at a quarter of what parsing costs. All others are for
 * `rows.ts` to decide, so whatever is in doubt is not canonical here.
 */
import type { TObject, TSchema } from 'typebox';
import { ingestLimits, ingestStreams, type IngestStream } from '../../../contract/ingest.ts';
import { isAddress } from '../../lib/ip-address.ts';

/** Reads a value, or a row, that begins at `at`. Returns where it ends, or `NO`. The bytes have to end with a newline. */
type Read = (bytes: Buffer, at: number) => number;

interface Field {
  /** `"name":` */
  readonly key: Uint8Array;
  readonly bit: number;
  readonly read: Read;
}

/** What of a property's schema is looked at. */
interface Rules {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxProperties?: number;
  readonly patternProperties?: Readonly<Record<string, Rules>>;
}

const NO = -1;
const code = (character: string) => character.charCodeAt(0);
const QUOTE = code('"');
const BACKSLASH = code('\\');
const COMMA = code(',');
const COLON = code(':');
const DOT = code('.');
const OPEN = code('{');
const CLOSE = code('}');
const ZERO = code('0');
const NINE = code('9');
const FIRST_PRINTABLE = code(' ');
const LAST_ASCII = code('~');
/** Of the largest safe integer. */
const MAX_DIGITS = 16;

/** Where a row of the stream ends, or -1. */
export function createCanonicalReader(stream: IngestStream, now: number): Read {
  const { properties, required }: TObject = ingestStreams[stream];
  const fields = Object.entries(properties).map(([name, schema], index): Field => {
    return { key: Buffer.from(`"${name}":`), bit: 1 << index, read: readerOf(name, schema, now) };
  });
  const needed = Object.keys(properties).reduce((bits, name, index) => {
    return required.includes(name) ? bits | (1 << index) : bits;
  }, 0);

  return (bytes, start) => {
    if (bytes[start] !== OPEN) return NO;
    let seen = 0;
    let guess = 0;
    let at = start;
    do {
      const index = fieldAt(bytes, at + 1, fields, guess);
      const field = fields[index];
      if (field === undefined || (seen & field.bit) !== 0) return NO;
      seen |= field.bit;
      guess = index + 1;
      at = field.read(bytes, at + 1 + field.key.length);
      if (at === NO) return NO;
    } while (bytes[at] === COMMA);
    return bytes[at] === CLOSE && (seen & needed) === needed ? at + 1 : NO;
  };
}

/** Tries the one after the last first: most collectors keep to an order. */
function fieldAt(bytes: Buffer, at: number, fields: readonly Field[], guess: number): number {
  for (let tried = 0; tried < fields.length; tried += 1) {
    const index = (guess + tried) % fields.length;
    if (startsWith(bytes, at, (fields[index] as Field).key)) return index;
  }
  return NO;
}

function startsWith(bytes: Buffer, at: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text[index]) return false;
  return true;
}

function readerOf(name: string, schema: TSchema, now: number): Read {
  if (name === 'ts') return integer(now - ingestLimits.maxAgeMs, now + ingestLimits.maxAheadMs);
  const rules = schema as Rules;
  if (rules.type === 'integer') return integer(rules.minimum ?? 0, rules.maximum ?? Number.MAX_SAFE_INTEGER);
  const [labelText] = Object.values(rules.patternProperties ?? {});
  if (labelText) return labels(rules.maxProperties ?? 0, textOf(labelText));
  if (rules.enum) return oneOf(rules.enum);
  if (rules.pattern !== undefined) return matching(new RegExp(rules.pattern));
  return name === 'ip' || name === 'server_ip' ? address : textOf(rules);
}

const textOf = ({ minLength = 0, maxLength = 0 }: Rules) => text(minLength, maxLength);

/** Digits, without a zero in front of others. */
function integer(least: number, most: number): Read {
  return (bytes, start) => {
    let value = 0;
    let at = start;
    for (; isDigit(bytes[at]); at += 1) value = value * 10 + (bytes[at] as number) - ZERO;
    const digits = at - start;
    if (digits === 0 || digits > MAX_DIGITS || (digits > 1 && bytes[start] === ZERO)) return NO;
    return value >= least && value <= most ? at : NO;
  };
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= ZERO && byte <= NINE;

/** Behind the text that begins with a quote at `start`. */
function endOfText(bytes: Buffer, start: number): number {
  if (bytes[start] !== QUOTE) return NO;
  for (let at = start + 1; ; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === undefined || byte < FIRST_PRINTABLE || byte === BACKSLASH) return NO;
  }
}

/** Bytes are counted: they are as many as the characters, or up to four times as many. */
function text(least: number, most: number): Read {
  return (bytes, start) => {
    const end = endOfText(bytes, start);
    const length = end - start - 2;
    return length <= most && Math.ceil(length / 4) >= least ? end : NO;
  };
}

function oneOf(values: readonly string[]): Read {
  const texts = values.map((value) => Buffer.from(`"${value}"`));
  return (bytes, start) => {
    for (const one of texts) if (startsWith(bytes, start, one)) return start + one.length;
    return NO;
  };
}

function matching(pattern: RegExp): Read {
  return (bytes, start) => {
    const end = endOfAscii(bytes, start);
    return end !== NO && pattern.test(bytes.toString('latin1', start + 1, end - 1)) ? end : NO;
  };
}

function endOfAscii(bytes: Buffer, start: number): number {
  const end = endOfText(bytes, start);
  for (let at = start; at < end; at += 1) if ((bytes[at] as number) > LAST_ASCII) return NO;
  return end;
}

function address(bytes: Buffer, start: number): number {
  const end = endOfIPv4(bytes, start);
  if (end !== NO) return end;
  const endOfAny = endOfText(bytes, start);
  return endOfAny !== NO && isAddress(bytes.toString('latin1', start + 1, endOfAny - 1)) ? endOfAny : NO;
}

/** `isAddress` costs more than all the rest of a row. */
function endOfIPv4(bytes: Buffer, start: number): number {
  if (bytes[start] !== QUOTE) return NO;
  let at = start;
  for (let octet = 0; octet < 4; octet += 1) {
    at = readOctet(bytes, at + 1);
    if (at === NO || bytes[at] !== (octet === 3 ? QUOTE : DOT)) return NO;
  }
  return at + 1;
}

const readOctet = integer(0, 255);

/** A map of texts, whose names are left alone: not of digits, which JavaScript puts in front of others. */
function labels(most: number, value: Read): Read {
  return (bytes, start) => {
    if (bytes[start] !== OPEN) return NO;
    if (bytes[start + 1] === CLOSE) return start + 2;
    const names: string[] = [];
    let at = start;
    do {
      const end = endOfAscii(bytes, at + 1);
      if (end === NO || bytes[end] !== COLON || isDigit(bytes[at + 2])) return NO;
      const name = bytes.toString('latin1', at + 2, end - 1);
      if (names.includes(name)) return NO;
      names.push(name);
      at = value(bytes, end + 1);
      if (at === NO) return NO;
    } while (bytes[at] === COMMA);
    return bytes[at] === CLOSE && names.length <= most ? at + 1 : NO;
  };
}
