import { dateTimeFormat, dateTimeFormatTimeAgo } from '@grafana/data';
import { Tooltip } from '@grafana/ui';

/** The time itself in the user's own time zone, with how long ago it was on hover. @param at ISO 8601 */
export function AbsoluteTime({ at }: { readonly at: string }) {
  return (
    <Tooltip content={dateTimeFormatTimeAgo(at)} placement="top">
      <time dateTime={at}>{dateTimeFormat(at)}</time>
    </Tooltip>
  );
}
