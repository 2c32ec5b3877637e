import { locationUtil } from '@grafana/data';

/**
 * The address of a path inside Grafana as a link writes it: with the path that Grafana is served under, so that it also
 * opens in a new tab. Grafana takes it off again where it follows a click itself. Router and `locationService` add it of
 * their own accord: they get plain paths.
 */
export function hrefTo(path: string): string {
  return locationUtil.assureBaseUrl(path);
}
