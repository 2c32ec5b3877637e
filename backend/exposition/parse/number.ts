import type { Dialect } from '../text.ts';

/** Numbers as Prometheus reads them: Go's decimal floats, without hexadecimal ones and without underscores. */
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const infinity = /^([+-]?)inf(?:inity)?$/i;
const nan = /^nan$/i;
const integer = /^-?\d{1,19}$/;

/** The number, or nothing where it is none or too large for 64 bits. */
export function readNumber(text: string): number | undefined {
  if (decimal.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  if (nan.test(text)) return NaN;
  const sign = infinity.exec(text)?.[1];
  if (sign === undefined) return undefined;
  return sign === '-' ? -Infinity : Infinity;
}

/** Milliseconds of 64 bits in text, seconds with decimals in OpenMetrics. */
export function isTimestamp(text: string, dialect: Dialect): boolean {
  if (dialect === 'openmetrics') return Number.isFinite(readNumber(text));
  return integer.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
