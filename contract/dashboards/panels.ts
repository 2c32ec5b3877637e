/** Panels of a dashboard in Grafana's form. */
import { PanelBuilder as BarChartBuilder } from '@grafana/grafana-foundation-sdk/barchart';
import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as GaugeBuilder } from '@grafana/grafana-foundation-sdk/gauge';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { LegendFigure, PanelSpec, Step } from './spec.ts';

/** Every query goes to the data source that the reader chose. */
export const chosenDatasource = { type: 'prometheus', uid: '${datasource}' } as const;

type ValueBuilder = TimeseriesBuilder | StatBuilder | GaugeBuilder | BarGaugeBuilder | BarChartBuilder;
type Of<Kind extends PanelSpec['kind']> = Extract<PanelSpec, { kind: Kind }>;

export function renderPanel(spec: PanelSpec, id: number): Builder<dashboard.Panel> {
  switch (spec.kind) {
    case 'timeseries':
      return frame(timeseries(spec), spec, id);
    case 'stat':
      return frame(stat(spec), spec, id);
    case 'gauge':
      return frame(gauge(spec), spec, id);
    case 'barGauge':
      return frame(barGauge(spec), spec, id);
    case 'barChart':
      return frame(barChart(spec), spec, id);
    case 'table':
      return frame(table(spec), spec, id);
  }
}

/** What panels of every kind have. */
function frame<Kind extends ValueBuilder | TableBuilder>(panel: Kind, spec: PanelSpec, id: number) {
  panel
    .id(id)
    .title(spec.title)
    .description(spec.description)
    .datasource(chosenDatasource)
    .span(spec.width)
    .height(spec.height)
    .noValue(spec.noData);
  if (spec.link) {
    const { title, url } = spec.link;
    panel.links([new dashboard.DashboardLinkBuilder(title).type(dashboard.DashboardLinkType.Link).url(url)]);
  }
  return panel;
}

function timeseries(spec: Of<'timeseries'>): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .targets(queries(spec))
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 40 : 10)
    .showPoints(common.VisibilityMode.Never)
    .legend(legend(spec.figures))
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (spec.stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  if (spec.thresholds) {
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  }
  spec.queries.forEach(({ overlay }, index) => {
    if (!overlay) return;
    panel.overrideByQuery(refId(index), [
      { id: 'unit', value: overlay.unit },
      { id: 'color', value: { mode: dashboard.FieldColorModeId.Shades, fixedColor: 'purple' } },
      { id: 'custom.axisPlacement', value: common.AxisPlacement.Right },
      { id: 'custom.axisLabel', value: overlay.label },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.stacking', value: { mode: common.StackingMode.None } },
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
    ]);
  });
  return values(panel, spec);
}

const calculations: Record<LegendFigure, string> = {
  mean: 'mean',
  min: 'min',
  max: 'max',
  last: 'lastNotNull',
  sum: 'sum',
};

function legend(figures?: readonly LegendFigure[]): common.VizLegendOptionsBuilder {
  const builder = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(figures ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom);
  return figures ? builder.calcs(figures.map((figure) => calculations[figure])) : builder;
}

function stat(spec: Of<'stat'>): StatBuilder {
  const panel = new StatBuilder()
    .targets(queries(spec))
    .reduceOptions(lastValue())
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(spec.words ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
    .textMode(common.BigValueTextMode.ValueAndName);
  return values(panel, spec);
}

const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);

function gauge(spec: Of<'gauge'>): GaugeBuilder {
  const panel = new GaugeBuilder()
    .targets(queries(spec))
    .reduceOptions(lastValue())
    .showThresholdMarkers(spec.thresholds !== undefined);
  return values(panel, spec);
}

/** A bar of small lamps for each series. */
function barGauge(spec: Of<'barGauge'>): BarGaugeBuilder {
  const panel = new BarGaugeBuilder()
    .targets(queries(spec))
    .reduceOptions(lastValue())
    .displayMode(common.BarGaugeDisplayMode.Lcd)
    .orientation(common.VizOrientation.Horizontal)
    .showUnfilled(true);
  return values(panel, spec);
}

function barChart(spec: Of<'barChart'>): BarChartBuilder {
  const panel = new BarChartBuilder()
    .targets(queries(spec))
    .withTransformation(only([spec.by, 'Value']))
    .xField(spec.by)
    .orientation(common.VizOrientation.Auto)
    .legend(new common.VizLegendOptionsBuilder().showLegend(false));
  return values(panel, spec);
}

/** A row for each series, with its labels as columns. The rows of several queries are joined by the labels that are shown. */
function table(spec: Of<'table'>): TableBuilder {
  const panel = new TableBuilder().targets(queries(spec)).withTransformation(only(Object.keys(spec.columns)));
  if (spec.queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  panel.withTransformation({
    id: 'organize',
    options: {
      indexByName: Object.fromEntries(Object.keys(spec.columns).map((column, index) => [column, index])),
      renameByName: spec.columns,
    },
  });
  const titleOf = (column: string) => spec.columns[column] ?? column;
  for (const [column, unit] of Object.entries(spec.units ?? {})) {
    panel.overrideByName(titleOf(column), [{ id: 'unit', value: unit }]);
  }
  if (spec.largestFirst !== undefined) {
    panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(titleOf(spec.largestFirst)).desc(true)]);
  }
  return panel;
}

function only(names: readonly string[]): dashboard.DataTransformerConfig {
  return { id: 'filterFieldsByName', options: { include: { names } } };
}

function values<Kind extends ValueBuilder>(panel: Kind, spec: Exclude<PanelSpec, { kind: 'table' }>): Kind {
  panel.unit(spec.unit);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.words) panel.mappings([{ type: dashboard.MappingType.ValueToText, options: spec.words }]);
  if (spec.thresholds) panel.thresholds(steps(spec.thresholds));
  for (const [name, color] of Object.entries(spec.colors ?? {})) {
    panel.overrideByName(name, [{ id: 'color', value: { mode: dashboard.FieldColorModeId.Fixed, fixedColor: color } }]);
  }
  const isColoured = spec.kind === 'stat' || spec.kind === 'gauge' || spec.kind === 'barGauge';
  const mode = spec.thresholds && isColoured ? 'Thresholds' : 'PaletteClassic';
  panel.colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId[mode]));
  return panel;
}

function steps(thresholds: readonly Step[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(thresholds.map(({ from, color }) => ({ value: from, color })));
}

function queries(spec: PanelSpec): DataqueryBuilder[] {
  return spec.queries.map(({ expr, legend }, index) => {
    const query = new DataqueryBuilder().refId(refId(index)).datasource(chosenDatasource).expr(expr);
    if (spec.kind === 'table' || spec.kind === 'barChart') return query.instant().format(PromQueryFormat.Table);
    return query.range().legendFormat(legend ?? '__auto');
  });
}

const refId = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index);
