import { dateTime, dateTimeFormat, type DateTime } from '@grafana/data';
import { t } from '@grafana/i18n';
import type { Token } from '../../../contract/api.ts';
import { explain } from '../../api/explain.ts';
import type { ApiFailure } from '../../api/failure.ts';
import { asText } from '../../lib/asText.ts';
import { dateTimeError, type Choice, type DateTimeInput } from '../../ui/DateTimeField.tsx';

/** How many days a new token may live at most on this appliance; null: for ever. */
export type MaxDays = number | null;

/** The browser's clock and the backend's may differ by as much without the longest choice being refused. */
const CLOCKS_DIFFER_MINUTES = 5;

const inDays = (days: number) => dateTime().add(days * 24, 'hours');
const longest = (maxDays: number) => inDays(maxDays).subtract(CLOCKS_DIFFER_MINUTES, 'minutes').startOf('minute');

/** The latest expiry that the appliance's policy allows, if it has one. */
export const latestExpiry = (maxDays: MaxDays) => (maxDays === null ? undefined : inDays(maxDays).toDate());

/** From so many days on, a lifetime lets a token live for a year. */
const YEAR_DAYS = 366;
const inAYear = () => dateTime().add(1, 'year').startOf('minute');

/** What a new token is given unless somebody chooses otherwise: a year, or as long as the policy allows. */
export const usualExpiry = (maxDays: MaxDays): DateTime =>
  maxDays === null || maxDays > YEAR_DAYS ? inAYear() : longest(maxDays);

/** Quick choices as far as the policy allows them; with a policy the longest there is instead of Never. */
export function expiryChoices(maxDays: MaxDays): Choice[] {
  const days = (count: number) => t('tokens.create.days', '{{count}} days', { count });
  const max = maxDays ?? Infinity;
  return [
    ...[30, 90]
      .filter((count) => count < max)
      .map((count) => ({ text: days(count), at: () => dateTime().add(count, 'days').startOf('minute') })),
    ...(max > YEAR_DAYS ? [{ text: t('tokens.create.year', '1 year'), at: inAYear }] : []),
    maxDays === null
      ? { text: t('tokens.never-expires', 'Never'), at: () => undefined }
      : { text: days(maxDays), at: () => longest(maxDays) },
  ];
}

/** What is wrong with an expiry, by the backend's own rules. */
export function expiryError(expiry: DateTimeInput, maxDays: MaxDays): string | undefined {
  const unreadable = dateTimeError(expiry);
  if (unreadable) return unreadable;
  if (!expiry || expiry === 'unreadable') return maxDays === null ? undefined : missingExpiry(maxDays);
  if (expiry.valueOf() <= Date.now()) return pastExpiry();
  return maxDays !== null && expiry.valueOf() > inDays(maxDays).valueOf() ? lateExpiry(maxDays) : undefined;
}

/** A refusal that is about the expiry, for the line under its field. */
export function refusedExpiry(refusal: ApiFailure, maxDays: MaxDays): string | undefined {
  switch (refusal.code) {
    case 'expiry_in_the_past':
      return pastExpiry();
    case 'expiry_required':
      return maxDays === null ? inOneLine(refusal) : missingExpiry(maxDays);
    case 'expiry_too_late':
      return maxDays === null ? inOneLine(refusal) : lateExpiry(maxDays);
    default:
      return undefined;
  }
}

/** When a successor expires that is to live as long as this token was meant to, within what the policy allows. */
export function sameLifeSpan(
  { createdAt, expiresAt }: Token,
  maxDays: MaxDays,
): { at: DateTime | undefined; isCut: boolean } {
  const span = expiresAt ? Date.parse(expiresAt) - Date.parse(createdAt) : Infinity;
  if (maxDays !== null && Date.now() + span > longest(maxDays).valueOf()) return { at: longest(maxDays), isCut: true };
  return { at: expiresAt ? dateTime(Date.now() + span).startOf('minute') : undefined, isCut: false };
}

/** What is wrong with a moment that has to be in the future if there is one. */
export function pastTimeError(moment: DateTimeInput): string | undefined {
  const isPast = moment && moment !== 'unreadable' && moment.valueOf() <= Date.now();
  return isPast ? t('date-time.past', 'This has to be in the future.') : dateTimeError(moment);
}

const pastExpiry = () => t('tokens.create.expiry-past', 'The expiry has to be in the future.');

const missingExpiry = (maxDays: number) =>
  t(
    'tokens.create.expiry-missing',
    'On this appliance every token has to expire, after {{count}} days at the latest.',
    {
      count: maxDays,
    },
  );

const lateExpiry = (maxDays: number) =>
  t('tokens.create.expiry-late', 'On this appliance a token lives for {{count}} days at most: until {{at}}.', {
    count: maxDays,
    at: dateTimeFormat(inDays(maxDays)),
    ...asText,
  });

function inOneLine(refusal: ApiFailure): string {
  const { title, advice } = explain(refusal);
  return `${title} ${advice}`;
}
