/** Prometheus' own, where a scraper does not say how long it waits. */
const USUAL_TIMEOUT_SECONDS = 10;
const SHORTEST_MS = 100;
const LONGEST_MS = 60_000;

/**
 * For how long local exporters may be waited for, in milliseconds: what our own scraper gives us, less what it takes to
 * answer it.
 * @param header `X-Prometheus-Scrape-Timeout-Seconds`; what is no time at all counts as absent
 */
export function sourceDeadline(header: string | readonly string[] | undefined): number {
  const timeoutMs = 1000 * (secondsOf(header) ?? USUAL_TIMEOUT_SECONDS);
  const margin = Math.max(timeoutMs / 10, 250);
  return Math.min(Math.max(timeoutMs - margin, SHORTEST_MS), LONGEST_MS);
}

/** As Go writes numbers: 10, 0.5, 1e-05. */
function secondsOf(header: string | readonly string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,18}(\.\d{1,18})?(e[+-]\d{1,3})?$/.test(header)) return undefined;
  const seconds = Number(header);
  return seconds > 0 && Number.isFinite(seconds) ? seconds : undefined;
}
