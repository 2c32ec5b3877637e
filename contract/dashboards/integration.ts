/** Is the integration itself healthy: who scrapes, with which tokens, and who is refused? */
import { TOKEN_EXPIRES_SOON_SECONDS } from '../limits.ts';
import { pages } from '../pages.ts';
import { pushLimits } from '../push-limits.ts';
import { events, noAppliance, noDataNow, onDashboard, PER_MINUTE, presence } from './appliance.ts';
import type { DashboardSpec, RowSpec } from './spec.ts';

const { metric, bucket, by, legend, target } = onDashboard;

const tokens: RowSpec = {
  title: 'Scrape tokens',
  panels: [
    {
      kind: 'stat',
      title: 'Scrape tokens by status',
      description: 'Every token that was ever minted. Rows are never deleted, so the sum only grows.',
      width: 9,
      height: 7,
      queries: [
        {
          expr: `sum ${by('scrapeTokens', 'status')} (${metric('scrapeTokens')})`,
          legend: legend('scrapeTokens', 'status'),
        },
      ],
      unit: 'short',
      decimals: 0,
      colors: { active: 'blue', expired: 'text', revoked: 'text' },
      noData: noDataNow,
      link: pages.integrations,
    },
    {
      kind: 'stat',
      title: 'Token expires in',
      description:
        'The token that this very Prometheus scrapes with. No data where it never expires, or the appliance does not answer. Red, or orange: mint a successor, put it into the credentials file, then revoke this one.',
      width: 6,
      height: 7,
      queries: [{ expr: `${metric('scrapeTokenExpiry')} - time()`, legend: legend('scrapeTokenExpiry', 'instance') }],
      unit: 's',
      thresholds: [
        { from: null, color: 'red' },
        { from: 24 * 3600, color: 'orange' },
        { from: TOKEN_EXPIRES_SOON_SECONDS, color: 'green' },
      ],
      noData: 'Never, or no data now.',
      emptyIsHealthy: 'the series is absent where the token never expires',
      link: pages.integrations,
    },
    {
      kind: 'timeseries',
      title: 'Refused scrapes by reason',
      description:
        'Each of them was answered 401; a point counts the few minutes before it. The audit log says from where; the app’s help, “Operations”, says what to do for each reason.',
      width: 9,
      height: 7,
      queries: [
        {
          expr: `sum ${by('scrapeAuthFailures', 'reason')} (increase(${metric('scrapeAuthFailures')}[$__rate_interval]))`,
          legend: legend('scrapeAuthFailures', 'reason'),
        },
      ],
      unit: 'short',
      min: 0,
      quietZeros: true,
      noData: noAppliance,
      link: pages.integrations,
    },
  ],
};

const scrapes: RowSpec = {
  title: 'Scrapes and requests',
  panels: [
    {
      kind: 'stat',
      title: 'Last scrape',
      description:
        'Whether Prometheus’ last scrape went well. FAILED: Prometheus’ target page says why; 401 is the token, anything else the way to the appliance.',
      width: 6,
      height: 8,
      queries: [{ expr: target('up'), legend: '{{instance}}' }],
      unit: 'short',
      thresholds: [
        { from: null, color: 'red' },
        { from: 1, color: 'green' },
      ],
      words: { '0': { text: 'FAILED', color: 'red' }, '1': { text: 'OK', color: 'green' } },
      noData: noDataNow,
    },
    {
      kind: 'timeseries',
      title: 'Scrape duration',
      description:
        'How long Prometheus waits for an answer. Near the job’s scrape_timeout: the appliance is overloaded.',
      width: 9,
      height: 8,
      queries: [{ expr: target('scrape_duration_seconds'), legend: '{{instance}}' }],
      unit: 's',
      min: 0,
      noData: noAppliance,
    },
    {
      kind: 'timeseries',
      title: 'Requests by group and status',
      description:
        'Answers of the scrape endpoint and of the API. 4xx of scrape: refused tokens, see above; 5xx: read the backend’s log.',
      width: 9,
      height: 8,
      queries: [
        {
          expr: `60 * sum ${by('httpRequests', 'group', 'code')} (rate(${metric('httpRequests')}[$__rate_interval]))`,
          legend: legend('httpRequests', 'group', 'code'),
        },
      ],
      unit: PER_MINUTE,
      min: 0,
      quietZeros: true,
      noData: noAppliance,
    },
    {
      kind: 'timeseries',
      title: 'Answer time p95',
      description:
        'The time within which 95 of 100 requests are answered. Slow scrapes: see CPU and event loop lag on Appliance health.',
      width: 12,
      height: 8,
      queries: [
        {
          expr: `histogram_quantile(0.95, sum ${by('httpRequestDuration', 'group', 'le')} (rate(${bucket('httpRequestDuration')}[$__rate_interval])))`,
          legend: legend('httpRequestDuration', 'group'),
        },
      ],
      unit: 's',
      min: 0,
      noData: 'No request was answered in this time.',
    },
    {
      kind: 'timeseries',
      title: 'Audit events',
      description:
        'What was recorded in the audit log; a point counts the few minutes before it. Tokens minted or revoked that nobody expected: ask who, the log names them.',
      width: 12,
      height: 8,
      queries: [
        {
          expr: `sum ${by('auditEvents', 'event')} (increase(${metric('auditEvents')}[$__rate_interval]))`,
          legend: legend('auditEvents', 'event'),
        },
      ],
      unit: 'short',
      min: 0,
      quietZeros: true,
      noData: noAppliance,
    },
  ],
};

const others: RowSpec = {
  title: 'Local exporters and the push',
  panels: [
    {
      kind: 'stat',
      title: 'Local exporters',
      description:
        'Whether the local exporter of each catalogue answered at the last scrape. DOWN: the page Integrations says why; the rest of the scrape is whole. No data where no catalogue on this endpoint has a local exporter, or the appliance does not answer.',
      width: 6,
      height: 7,
      queries: [
        {
          expr: `min ${by('catalogueSourceUp', 'catalogue')} (${metric('catalogueSourceUp')})`,
          legend: legend('catalogueSourceUp', 'catalogue'),
        },
      ],
      unit: 'short',
      thresholds: [
        { from: null, color: 'red' },
        { from: 1, color: 'green' },
      ],
      words: { '0': { text: 'DOWN', color: 'red' }, '1': { text: 'UP', color: 'green' } },
      noData: noDataNow,
      emptyIsHealthy: 'the series is absent where no catalogue has a local exporter',
      link: pages.integrations,
    },
    {
      kind: 'timeseries',
      title: 'Samples left out',
      description:
        'What local exporters show and their catalogue does not allow; a point counts the few minutes before it. The page Integrations names families and labels.',
      width: 18,
      height: 7,
      queries: [
        {
          expr: `sum ${by('catalogueDropped', 'catalogue', 'reason')} (increase(${metric('catalogueDropped')}[$__rate_interval]))`,
          legend: legend('catalogueDropped', 'catalogue', 'reason'),
        },
      ],
      unit: 'short',
      min: 0,
      quietZeros: true,
      noData: 'No data: no catalogue on this endpoint has a local exporter, or the appliance does not answer.',
      emptyIsHealthy: 'the series is absent where no catalogue has a local exporter',
      link: pages.integrations,
    },
    {
      kind: 'stat',
      title: 'Last push',
      description:
        'How long ago a Pushgateway took what was pushed. Failing: the page Integrations says why. No data where nothing is pushed, or the appliance does not answer.',
      width: 6,
      height: 7,
      queries: [{ expr: `time() - ${metric('pushLastSuccess')}`, legend: legend('pushLastSuccess', 'instance') }],
      unit: 's',
      thresholds: [
        { from: null, color: 'green' },
        { from: 2 * pushLimits.interval.max, color: 'red' },
      ],
      noData: noDataNow,
      emptyIsHealthy: 'the series is absent where nothing is pushed',
      link: pages.integrations,
    },
    {
      kind: 'timeseries',
      title: 'Failed pushes by reason',
      description: 'Pushes to the Pushgateway that failed; a point counts the few minutes before it.',
      width: 18,
      height: 7,
      queries: [
        {
          expr: `sum ${by('pushFailures', 'reason')} (increase(${metric('pushFailures')}[$__rate_interval]))`,
          legend: legend('pushFailures', 'reason'),
        },
      ],
      unit: 'short',
      min: 0,
      quietZeros: true,
      noData: noAppliance,
      link: pages.integrations,
    },
  ],
};

export const integration: DashboardSpec = {
  uid: 'vitals-integration',
  title: 'Scrape integration',
  description: 'Scrape tokens, refused scrapes, what the backend answers, local exporters and the push.',
  tags: ['vitals'],
  presence,
  target: 'Appliance',
  links: [pages.integrations],
  annotations: events,
  rows: [tokens, scrapes, others],
};
