/** The bytes of an exposition as text, a chunk at a time. */
import { isUtf8 } from 'node:buffer';

/** Also the longest line. */
export const CHUNK_BYTES = 65_536;
const TOO_LONG = `is longer than ${CHUNK_BYTES} bytes`;
const LINE_FEED = 0x0a;
const NUL = 0x00;

/** Whole lines, each ended by its line feed; and after them what is wrong with the next. */
export interface Chunk {
  readonly text: string;
  readonly fault?: string;
  /** What stands after the last line feed. Only the last chunk has it. */
  readonly tail?: string;
}

/** Ends after the first chunk that has a fault. */
export function* chunksOf(body: Uint8Array): Generator<Chunk> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let from = 0; from < bytes.length;) {
    const window = bytes.subarray(from, from + CHUNK_BYTES);
    const isLast = from + window.length === bytes.length;
    const size = window.lastIndexOf(LINE_FEED) + 1;
    const chunk: Chunk = size === 0 && !isLast ? { text: '', fault: TOO_LONG } : decode(window.subarray(0, size));
    yield isLast && chunk.fault === undefined ? { ...chunk, ...tailOf(window.subarray(size)) } : chunk;
    if (isLast || chunk.fault !== undefined) return;
    from += size;
  }
}

function tailOf(bytes: Buffer): Partial<Chunk> {
  const { text, fault } = decode(bytes);
  return fault === undefined ? { tail: text } : { fault };
}

function decode(bytes: Buffer): Chunk {
  if (isUtf8(bytes) && !bytes.includes(NUL)) return { text: bytes.toString('utf8') };
  let from = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, from) + 1 || bytes.length;
    const line = bytes.subarray(from, end);
    const fault = faultOf(line);
    if (fault !== undefined || end === bytes.length) {
      return { text: bytes.toString('utf8', 0, from), fault: fault ?? 'is not UTF-8' };
    }
    from = end;
  }
}

function faultOf(line: Buffer): string | undefined {
  if (line.includes(NUL)) return 'has a NUL byte: this is binary data, not a text exposition';
  return isUtf8(line) ? undefined : 'is not UTF-8: this is binary data, or text in another encoding';
}
