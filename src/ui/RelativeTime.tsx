import { dateTimeFormat, dateTimeFormatTimeAgo } from '@grafana/data';
import { Tooltip } from '@grafana/ui';
import { useNow } from './useNow.ts';

interface Props {
  /** ISO 8601 */
  readonly at: string;
  /** Said after the absolute time, for instance by whom. */
  readonly note?: string;
}

/** "3 days ago", with the absolute time in the user's own time zone on hover. */
export function RelativeTime({ at, note }: Props) {
  useNow();
  const absolute = dateTimeFormat(at);
  return (
    <Tooltip content={note ? `${absolute} · ${note}` : absolute} placement="top">
      <time dateTime={at}>{dateTimeFormatTimeAgo(at)}</time>
    </Tooltip>
  );
}
