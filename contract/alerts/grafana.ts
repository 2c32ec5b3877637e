/** The same alert rules as Grafana's own alerting is provisioned with. */
import type { Comparison } from '../alarms.ts';
import { panelId, type DashboardSpec } from '../dashboards/spec.ts';
import { alertUid, fill, MAX_UID_LENGTH, runbookUrl, type AlertGroup, type AlertSpec, type Runbook } from './spec.ts';

export interface GrafanaAlertingOptions {
  /** The uid of the data source that is asked. */
  readonly datasource: string;
  /** Title of the folder of the rules. */
  readonly folder: string;
  readonly orgId: number;
  readonly runbook?: Runbook | undefined;
  /** Grafana's own URL without a slash at its end. Absent: what Grafana itself says, which it does in messages alone. */
  readonly grafana?: string | undefined;
  /** Those that rules name as the place where they are shown. */
  readonly dashboards: readonly DashboardSpec[];
}

const evaluators: Record<Comparison, string> = {
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '==': 'eq',
  '!=': 'ne',
};
/** Grafana's `root_url`. It is put in where an alert is told, not on the page of the rule. */
const ownUrl = '{{ reReplaceAll "/+$" "" externalURL }}';
/** How far back an instant query looks for its sample, in seconds. */
const RANGE_SECONDS = 600;

export function grafanaAlerting(groups: readonly AlertGroup[], options: GrafanaAlertingOptions) {
  return {
    apiVersion: 1,
    groups: groups.map(({ name, alerts }) => ({
      orgId: options.orgId,
      name,
      folder: options.folder,
      interval: '30s',
      rules: alerts.map((alert) => rule(alert, options)),
    })),
  };
}

function rule(alert: AlertSpec, options: GrafanaAlertingOptions) {
  const relativeTimeRange = { from: RANGE_SECONDS, to: 0 };
  const panel = panelOf(alert, options.dashboards);
  return {
    uid: uidOf(alert.name),
    title: alert.name,
    condition: 'C',
    ...panel,
    data: [
      {
        refId: 'A',
        relativeTimeRange,
        datasourceUid: options.datasource,
        model: { refId: 'A', expr: alert.value, instant: true, range: false },
      },
      {
        refId: 'C',
        relativeTimeRange,
        datasourceUid: '__expr__',
        model: {
          refId: 'C',
          type: 'threshold',
          datasource: { type: '__expr__', uid: '__expr__' },
          expression: 'A',
          conditions: [{ evaluator: { type: evaluators[alert.is], params: [alert.limit] } }],
        },
      },
    ],
    // No series is no alarm here: that an appliance is gone has a rule of its own.
    noDataState: 'OK',
    execErrState: alert.tellsOfErrors ? 'Error' : 'KeepLast',
    for: alert.for,
    isPaused: false,
    labels: { severity: alert.severity },
    annotations: {
      summary: annotation(alert.summary),
      description: annotation(alert.description),
      ...runbookUrl(options.runbook, alert, options.grafana ?? ownUrl),
      ...(panel && { __dashboardUid__: panel.dashboardUid, __panelId__: String(panel.panelId) }),
    },
  };
}

/**
 * Grafana works out annotations at every evaluation, also where a query has no series or fails. There is no value then, no
 * label of the series, and each function of what is not there is an error in Grafana's log.
 */
function annotation(text: string): string {
  const filled = fill(text, template);
  return filled === text ? text : `{{ with $values.A }}${filled}{{ else }}${NO_SERIES}{{ end }}`;
}

const NO_SERIES = 'There is no such series now.';

/** Inside `with $values.A`. */
function template(name: string): string {
  // A single `$`: unlike elsewhere in provisioning files, Grafana expands nothing in the annotations of rules.
  if (name === 'value') return '{{ .Value | humanize }}';
  if (name === 'duration') return '{{ .Value | humanizeDuration }}';
  return `{{ $labels.${name} }}`;
}

function panelOf({ name, panel }: AlertSpec, dashboards: readonly DashboardSpec[]) {
  if (!panel) return undefined;
  const dashboard = dashboards.find(({ uid }) => uid === panel.dashboard);
  if (!dashboard) throw new Error(`${name} names the dashboard ${panel.dashboard}, which does not exist`);
  return { dashboardUid: dashboard.uid, panelId: panelId(dashboard, panel.title) };
}

function uidOf(name: string): string {
  const uid = alertUid(name);
  if (uid.length > MAX_UID_LENGTH) throw new Error(`the name ${name} makes a uid of more than 40 characters`);
  return uid;
}
