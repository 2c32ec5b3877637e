/**
 * Gzip of an exposition of which most stays as it was: what is kept is deflated once, what changes at every scrape goes in
 * as it is. The parts are blocks of one deflate stream (RFC 1951) in one member (RFC 1952), which every reader takes.
 */
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Some of the bytes, ready to stand in a member. */
export interface GzipPart {
  /** Blocks of a deflate stream: from byte to byte, and referring to nothing before them. */
  readonly blocks: Buffer;
  /** How many bytes they hold. */
  readonly size: number;
  readonly crc: number;
  /** What a CRC has to be multiplied by, where these bytes follow. */
  readonly shift: number;
}

/** Magic number, deflate, no flags, no time, no extra flags, unknown operating system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty last block. */
const END = Buffer.from([0x03, 0x00]);
const LONGEST_STORED = 0xffff;

/** For what is sent many times. */
export function deflated(bytes: Buffer): GzipPart {
  return partOf(bytes, deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }));
}

/** For what is sent once: to deflate a few hundred bytes takes longer than to send them. */
export function stored(bytes: Buffer): GzipPart {
  return bytes.length > LONGEST_STORED ? deflated(bytes) : partOf(bytes, storedBlock(bytes));
}

function partOf(bytes: Buffer, blocks: Buffer): GzipPart {
  return { blocks, size: bytes.length, crc: crc32(bytes), shift: shiftOf(bytes.length) };
}

function storedBlock(bytes: Buffer): Buffer {
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
  for (const part of parts) {
    crc = multiply(part.shift, crc) ^ part.crc;
    size += part.size;
  }
  const trailer = Buffer.allocUnsafe(8);
  trailer.writeUInt32LE(crc >>> 0, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...parts.map(({ blocks }) => blocks), END, trailer]);
}

/** The polynomial of CRC-32 (RFC 1952), and the number one: the highest bit is the lowest power. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;

/** The product of two polynomials over GF(2), modulo CRC-32's. */
function multiply(one: number, other: number): number {
  let product = 0;
  let power = other;
  for (let left = one; left !== 0; left <<= 1) {
    if (left < 0) product ^= power;
    power = (power >>> 1) ^ (power & 1 ? POLYNOMIAL : 0);
  }
  return product;
}

/** x to the power of the bits of so many bytes: what that many zero bytes make of a CRC. */
function shiftOf(bytes: number): number {
  let result = ONE | 0;
  let power = (ONE >>> 8) | 0;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = multiply(result, power);
    power = multiply(power, power);
  }
  return result;
}
