import { nameProblem, parseTimestamp } from '../../contract/api.ts';
import { Refusal } from './refusal.ts';

/** @throws Refusal `invalid_request` that names the field. */
export function invalidField(field: string, message: string): Refusal {
  return new Refusal('invalid_request', `${field}: ${message}`, [{ field, message }]);
}

/** The name as it is stored: trimmed, and free of characters that could mislead a reader. */
export function nameField(name: string): string {
  const problem = nameProblem(name);
  if (problem !== undefined) throw invalidField('name', problem);
  return name.trim();
}

/** Milliseconds since the Unix epoch. */
export function timeField(field: string, text: string): number;
export function timeField(field: string, text: string | undefined): number | undefined;
export function timeField(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const epochMs = parseTimestamp(text);
  if (epochMs === undefined) {
    throw invalidField(field, 'Give a date and time with an offset, for instance 2027-01-31T00:00:00Z.');
  }
  return epochMs;
}

/** An optional expiry, which has to lie in the future. */
export function expiryField(text: string | null | undefined, now: number): number | null {
  if (text === null || text === undefined) return null;
  const epochMs = timeField('expiresAt', text);
  if (epochMs <= now) {
    throw new Refusal('expiry_in_the_past', undefined, [
      { field: 'expiresAt', message: 'Choose a time in the future.' },
    ]);
  }
  return epochMs;
}
