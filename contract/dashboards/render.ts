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
import type { AnnotationSpec, DashboardSpec, LinkSpec, PanelSpec } from './spec.ts';

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
        .description('The Prometheus that scrapes the appliances'),
    )
    .withVariable(targetVariable('job', 'Job', spec.presence))
    .withVariable(targetVariable('instance', 'Appliance', `${spec.presence}{job=~"$job"}`))
    .link(
      new DashboardLinkBuilder('Vitals dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags([...spec.tags])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    );
  for (const link of spec.links) dashboard.link(pageLink(link));
  for (const one of spec.annotations) dashboard.annotation(annotation(one));
  for (const row of spec.rows) {
    dashboard.withRow(new RowBuilder(row.title).id(panelId(spec, row.title)));
    for (const panel of row.panels) dashboard.withPanel(renderPanel(panel, panelId(spec, panel.title)));
  }
  return inSight(dashboard.build());
}

/** Plain data. Links and annotations stand on the dashboard itself; the builders would put them into a menu. */
function inSight(built: Dashboard): Dashboard {
  const dashboard = JSON.parse(JSON.stringify(built)) as Dashboard;
  for (const one of [...(dashboard.links ?? []), ...(dashboard.annotations.list ?? [])]) delete one.placement;
  return dashboard;
}

/** A panel's number: its place among rows and panels, from 1. */
export function panelId(spec: DashboardSpec, title: string): number {
  const titles = spec.rows.flatMap((row) => [row.title, ...row.panels.map((panel) => panel.title)]);
  const place = titles.indexOf(title);
  if (place < 0) throw new Error(`the dashboard ${spec.uid} has no panel ${title}`);
  if (titles.lastIndexOf(title) !== place) throw new Error(`the dashboard ${spec.uid} has two panels ${title}`);
  return place + 1;
}

export function panelsOf(spec: DashboardSpec): PanelSpec[] {
  return spec.rows.flatMap((row) => [...row.panels]);
}

function targetVariable(label: TargetLabel, title: string, series: string): QueryVariableBuilder {
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
    .allValue('.+')
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
