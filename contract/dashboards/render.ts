/* eslint-disable @typescript-eslint/no-deprecated -- the classic model: Grafana 12 provisions no other from files */
/** A dashboard's description as the JSON that Grafana loads. Only what generates loads this file: it brings Grafana's SDK. */
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { TargetLabel } from '../promql.ts';
import { chosenDatasource, renderPanel } from './panels.ts';
import {
  dashboardScope,
  panelId,
  type AnnotationSpec,
  type DashboardSpec,
  type LinkSpec,
  type VariableSpec,
} from './spec.ts';

export function renderDashboard(spec: DashboardSpec): Dashboard {
  const dashboard = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([...spec.tags])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .withVariable(
      new DatasourceVariableBuilder('datasource')
        .label('Data source')
        .type('prometheus')
        .description(`The Prometheus that scrapes the ${spec.target.toLowerCase()}s`),
    )
    .withVariable(targetVariable('job', 'Job', spec.presence))
    .withVariable(targetVariable('instance', spec.target, `${spec.presence}{job=~"$job"}`))
    .link(
      new DashboardLinkBuilder('Vitals dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags([...spec.tags])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const variable of spec.variables ?? []) dashboard.withVariable(ownVariable(variable));
  for (const link of spec.links) dashboard.link(pageLink(link));
  for (const one of spec.annotations) dashboard.annotation(annotation(one));
  for (const row of spec.rows) {
    dashboard.withRow(new RowBuilder(row.title).id(panelId(spec, row.title)));
    for (const panel of row.panels) dashboard.withPanel(renderPanel(panel, panelId(spec, panel.title)));
  }
  // Grafana imports by itself, as the app is enabled, what has another revision than what is not there yet: that is 0.
  if (spec.isImportedByHand) dashboard.revision(0);
  return inSight(dashboard.build());
}

/** Plain data. Links and annotations stand on the dashboard itself; the builders would put them into a menu. */
function inSight(built: Dashboard): Dashboard {
  const dashboard = JSON.parse(JSON.stringify(built)) as Dashboard;
  for (const one of [...(dashboard.links ?? []), ...(dashboard.annotations.list ?? [])]) delete one.placement;
  return dashboard;
}

function targetVariable(label: TargetLabel, title: string, series: string): QueryVariableBuilder {
  return variable(label, title, series, '.+');
}

/** All is really all: also the series that lack the label, which Prometheus takes for an empty one. */
function ownVariable({ label, title, of }: VariableSpec): QueryVariableBuilder {
  return variable(label, title, `${of}{${dashboardScope.join(', ')}}`, '.*');
}

function variable(label: string, title: string, series: string, allValue: string): QueryVariableBuilder {
  const definition = `label_values(${series}, ${label})`;
  return new QueryVariableBuilder(label)
    .label(title)
    .datasource(chosenDatasource)
    .definition(definition)
    .query({ query: definition, refId: `variable-${label}` })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(allValue)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

function pageLink({ title, url }: LinkSpec): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).icon('apps').url(url);
}

function annotation({ name, expr, title, color }: AnnotationSpec): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(chosenDatasource)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .step('30s')
    .titleFormat(title);
}
