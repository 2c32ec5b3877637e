import { dateTime, dateTimeFormat } from '@grafana/data';
import { t } from '@grafana/i18n';
import { asText } from '../lib/asText.ts';

/**
 * "As of 14:02:10", for what could not be asked again.
 * @param at in ms
 */
export const asOfTime = (at: number) => t('as-of', 'As of {{time}}', { time: clockTime(at), ...asText });

/** The time of day in seconds, with the day where that is not today's. */
export const clockTime = (at: number) =>
  dateTime(at).isSame(dateTime(), 'day') ? dateTimeFormat(at, { format: 'HH:mm:ss' }) : dateTimeFormat(at);
