/**
 * Gzip of an exposition of which most stays as it was: what is kept is deflated once, what changes at every scrape goes in
 * as it is. The parts are blocks of one deflate stream (RFC 1951) in one member (RFC 1952), which every reader takes.
 */
import { constants, crc32, deflateRawSync } from 'node:zlib';

export interface GzipPart {
  readonly bytes: Buffer;
  /** The same as blocks of a deflate stream: from byte to byte, and referring to nothing before them. */
  readonly blocks: Buffer;
}

/** Magic number, deflate, no flags, no time, no extra flags, unknown operating system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty last block. */
const END = Buffer.from([0x03, 0x00]);
const LONGEST_STORED = 0xffff;

/** For what is sent many times. */
export function deflatedBlocks(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** For what is sent once: to deflate a few hundred bytes takes longer than to send them. */
export function storedBlock(bytes: Buffer): Buffer {
  if (bytes.length > LONGEST_STORED) return deflatedBlocks(bytes);
  const block = Buffer.allocUnsafe(5 + bytes.length);
  block[0] = 0;
  block.writeUInt16LE(bytes.length, 1);
  block.writeUInt16LE(bytes.length ^ 0xffff, 3);
  bytes.copy(block, 5);
  return block;
}

/** The gzip of all the parts' bytes, one behind the other. */
export function gzipOf(parts: readonly GzipPart[]): Buffer {
  let crc = 0;
  let size = 0;
  for (const { bytes } of parts) {
    if (bytes.length > 0) crc = crc32(bytes, crc); // of nothing it would begin anew
    size += bytes.length;
  }
  const trailer = Buffer.allocUnsafe(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...parts.map(({ blocks }) => blocks), END, trailer]);
}
