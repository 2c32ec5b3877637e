import { t } from '@grafana/i18n';

/** Seconds of each unit in which a time can be given, largest first. */
export const units = { d: 86_400, h: 3600, min: 60, s: 1 } as const;
export type Unit = keyof typeof units;
export const unitNames = Object.keys(units) as Unit[];

/** A time as it is typed. */
export interface Duration {
  readonly amount: string;
  readonly unit: Unit;
}

/** The same time in the largest unit in which it is a whole number. */
export function durationOf(seconds: number): Duration {
  const unit = unitNames.find((each) => seconds >= units[each] && seconds % units[each] === 0) ?? 's';
  return { amount: String(seconds / units[unit]), unit };
}

/** Seconds, or NaN where the amount is no number. */
export function secondsOf({ amount, unit }: Duration): number {
  return readNumber(amount) * units[unit];
}

/** What is typed as a number; NaN for nothing and for what is none. */
export function readNumber(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

export function unitName(unit: Unit): string {
  switch (unit) {
    case 'd':
      return t('rules.unit.days', 'days');
    case 'h':
      return t('rules.unit.hours', 'hours');
    case 'min':
      return t('rules.unit.minutes', 'minutes');
    case 's':
      return t('rules.unit.seconds', 'seconds');
  }
}

/** "5 min", as in the words of the backend. */
export function durationText(seconds: number): string {
  const { amount, unit } = durationOf(seconds);
  return `${amount} ${unit}`;
}
