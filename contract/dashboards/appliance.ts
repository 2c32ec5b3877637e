/** What the appliance's dashboards share: their queries follow their variables, and what happened is marked on both. */
import { catalogue } from '../metrics.ts';
import { promql } from '../promql.ts';
import { dashboardScope, type AnnotationSpec } from './spec.ts';

export const onDashboard = promql(catalogue, dashboardScope);
const { metric, by, legend } = onDashboard;

export const presence = promql(catalogue).metric('buildInfo');
export const noAppliance =
  'No data: the appliance does not answer, or the data source, the job and the variables above choose none.';
/** The same where there is little room. */
export const noDataNow = 'No data now.';

/** Grafana's unit for rates of what is rare: 0.01 a second says nothing to anybody. */
export const PER_MINUTE = 'suffix:/min';

/** An opening is no transition, so it shows by the number of alarms. */
const alarmStarts: AnnotationSpec = {
  name: 'Alarm starts',
  expr: `sum ${by('alarmsActive', 'instance', 'severity')} (delta(${metric('alarmsActive')}[$__rate_interval])) > 0`,
  title: `Alarm (${legend('alarmsActive', 'severity')}) starts on ${legend('alarmsActive', 'instance')}`,
  color: 'red',
};

const alarmTransitions: AnnotationSpec = {
  name: 'Alarm transitions',
  expr: `sum ${by('alarmsStateTransitions', 'instance', 'from', 'to')} (increase(${metric('alarmsStateTransitions')}[$__rate_interval])) > 0`,
  title: `Alarm ${legend('alarmsStateTransitions', 'from')} → ${legend('alarmsStateTransitions', 'to')} on ${legend('alarmsStateTransitions', 'instance')}`,
  color: 'purple',
};

/** Compared with a moment before, or with the last that there was of a day before that. */
const before = (series: string) => `last_over_time(${series}[1d] offset $__rate_interval)`;

const releases: AnnotationSpec = {
  name: 'Releases',
  expr: `sum ${by('buildInfo', 'instance', 'version')} (${metric('buildInfo')} unless on (job, instance, version) ${before(metric('buildInfo'))})`,
  title: `Release ${legend('buildInfo', 'version')} runs on ${legend('buildInfo', 'instance')}`,
  color: 'blue',
};

const restarts: AnnotationSpec = {
  name: 'Restarts',
  expr: `max ${by('processStartTime', 'instance')} (${metric('processStartTime')} != on (job, instance) ${before(metric('processStartTime'))})`,
  title: `${legend('processStartTime', 'instance')} was restarted`,
  color: 'orange',
};

export const events: readonly AnnotationSpec[] = [alarmStarts, alarmTransitions, releases, restarts];
