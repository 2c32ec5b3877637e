import { LATEST_TIME } from '../../../contract/api.ts';
import type { Severity } from '../../../contract/metrics.ts';
import { iso } from '../../lib/clock.ts';
import type { ScrapeTokenRow } from '../../database/schema.ts';
import { expiryField } from '../../http/fields.ts';
import { Refusal } from '../../http/refusal.ts';

const DAY_MS = 24 * 3600 * 1000;

/** When administrators are notified that a token expires, the first time first. */
const notifications = [
  { days: 14, severity: 'info' },
  { days: 7, severity: 'warning' },
  { days: 1, severity: 'critical' },
] as const satisfies readonly { days: number; severity: Severity }[];

/** When the next notification is due, in milliseconds since the Unix epoch. Those that are already past are left out. */
export function nextExpiryNotification(expiresAt: number | null, now: number): number | null {
  if (expiresAt === null) return null;
  const ahead = notifications.map(({ days }) => expiresAt - days * DAY_MS).filter((at) => at > now);
  return ahead[0] ?? null;
}

/** What the notification says of a token that expires before long. */
export function expiryNotification(name: string, expiresAt: number, now: number) {
  const daysLeft = (expiresAt - now) / DAY_MS;
  const nearest = notifications.findLast(({ days }) => daysLeft <= days) ?? notifications[0];
  const when = daysLeft <= 1 ? 'within a day' : `in ${Math.ceil(daysLeft)} days`;
  return {
    severity: nearest.severity,
    title: 'Scrape token expires',
    text: `The scrape token “${name}” expires ${when}, at ${iso(expiresAt)}. Rotate it before.`,
  };
}

/**
 * The expiry that somebody asked for, within what this appliance allows.
 * @throws Refusal `expiry_in_the_past`, `expiry_required`, `expiry_too_late`
 */
export function allowedExpiry(text: string | null | undefined, now: number, maxDays: number | undefined) {
  return withinPolicy(expiryField(text, now), now, maxDays);
}

/**
 * The expiry of a successor for which nobody asked for one: it lives as long as its predecessor was meant to.
 * @throws Refusal `expiry_required`, `expiry_too_late`
 */
export function inheritedExpiry(
  { created_at, expires_at }: ScrapeTokenRow,
  now: number,
  maxDays: number | undefined,
): number | null {
  const expiresAt = expires_at === null ? null : Math.min(now + expires_at - created_at, LATEST_TIME);
  return withinPolicy(expiresAt, now, maxDays);
}

/** @throws Refusal `expiry_required`, `expiry_too_late` for a token that is made at `now` */
export function withinPolicy(expiresAt: number | null, now: number, maxDays: number | undefined): number | null {
  if (maxDays === undefined) return expiresAt;
  const latest = now + maxDays * DAY_MS;
  if (expiresAt !== null && expiresAt <= latest) return expiresAt;
  const message = `Choose a time until ${iso(latest)}.`;
  const errors = [{ field: 'expiresAt', message }];
  if (expiresAt === null) {
    throw new Refusal('expiry_required', `On this appliance every scrape token has to expire. ${message}`, errors);
  }
  throw new Refusal('expiry_too_late', `No scrape token may live longer than ${maxDays} days. ${message}`, errors);
}
