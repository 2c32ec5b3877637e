/** What the appliance's dashboards share: its queries follow their variables. */
import { catalogue } from '../metrics.ts';
import { promql } from '../promql.ts';
import { dashboardScope, type AnnotationSpec } from './spec.ts';

export const onDashboard = promql(catalogue, dashboardScope);
const { metric, by, legend } = onDashboard;

export const presence = promql(catalogue).metric('buildInfo');
export const noAppliance = 'No appliance is scraped: check the data source, the job and the variables above.';

/** An opening is no transition, so what is marked is where somebody took notice and where it was over. */
export const alarmTransitions: AnnotationSpec = {
  name: 'Alarm transitions',
  expr: `sum ${by('alarmsStateTransitions', 'instance', 'from', 'to')} (increase(${metric('alarmsStateTransitions')}[$__rate_interval])) > 0`,
  title: `Alarm ${legend('alarmsStateTransitions', 'from')} → ${legend('alarmsStateTransitions', 'to')} on ${legend('alarmsStateTransitions', 'instance')}`,
  color: 'purple',
};
