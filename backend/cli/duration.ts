import { InvalidArgumentError } from 'commander';

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `30m`, `12h` or `365d`. @throws InvalidArgumentError */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new InvalidArgumentError('Give a number with s, m, h or d, e.g. 365d.');
  return Number(amount) * (SECONDS[unit] ?? 1);
}
