/** Panels of a dashboard in Grafana's form. */
import { PanelBuilder as BarChartBuilder } from '@grafana/grafana-foundation-sdk/barchart';
import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as GaugeBuilder } from '@grafana/grafana-foundation-sdk/gauge';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { LegendFigure, PanelSpec, Step } from './spec.ts';

/** Every query goes to the data source that the reader chose. */
export const chosenDatasource = { type: 'prometheus', uid: '${datasource}' } as const;

type ValueBuilder =
  TimeseriesBuilder | StateTimelineBuilder | StatBuilder | GaugeBuilder | BarGaugeBuilder | BarChartBuilder;
type Of<Kind extends PanelSpec['kind']> = Extract<PanelSpec, { kind: Kind }>;

export function renderPanel(spec: PanelSpec, id: number): Builder<dashboard.Panel> {
  switch (spec.kind) {
    case 'timeseries':
      return frame(timeseries(spec), spec, id);
    case 'stateTimeline':
      return frame(stateTimeline(spec), spec, id);
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
    case 'alertList':
      return frame(alertList(spec), spec, id);
  }
}

/** What panels of every kind have. */
function frame<Kind extends ValueBuilder | TableBuilder | dashboard.PanelBuilder>(
  panel: Kind,
  spec: PanelSpec,
  id: number,
) {
  panel.id(id).title(spec.title).description(spec.description).span(spec.width).height(spec.height);
  if (spec.kind !== 'alertList') panel.datasource(chosenDatasource).noValue(spec.noData);
  if (spec.link) {
    const { title, url } = spec.link;
    panel.links([new dashboard.DashboardLinkBuilder(title).type(dashboard.DashboardLinkType.Link).url(url)]);
  }
  return panel;
}

/** Units of what is counted, at once or by the minute. */
const counted: readonly string[] = ['short', 'suffix:/min'];

function timeseries(spec: Of<'timeseries'>): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .targets(queries(spec))
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 40 : 10)
    .showPoints(common.VisibilityMode.Never)
    .legend(legend(spec))
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (spec.stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  if (spec.min === 0 && counted.includes(spec.unit)) panel.axisSoftMax(1); // nothing but zeros would have an axis up to 100
  if (spec.thresholds) {
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed));
  }
  spec.queries.forEach(({ overlay }, index) => {
    if (!overlay) return;
    panel.overrideByQuery(refId(index), [
      { id: 'unit', value: overlay.unit },
      ...(overlay.thresholds ? thresholdLines(overlay.thresholds) : noThresholdLines),
      { id: 'color', value: { mode: dashboard.FieldColorModeId.Shades, fixedColor: 'purple' } },
      { id: 'custom.axisPlacement', value: common.AxisPlacement.Right },
      { id: 'custom.axisLabel', value: overlay.label },
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.stacking', value: { mode: common.StackingMode.None } },
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
    ]);
  });
  if (spec.quietZeros) {
    panel.withOverride({
      matcher: { id: 'byValue', options: { reducer: 'allIsZero', op: 'gte', value: 0 } },
      properties: [{ id: 'custom.hideFrom', value: { legend: true, tooltip: true, viz: false } }],
    });
  }
  return values(panel, spec);
}

/** Lines against the axis of one query. */
function thresholdLines(thresholds: readonly Step[]): dashboard.DynamicConfigValue[] {
  return [
    { id: 'thresholds', value: steps(thresholds).build() },
    { id: 'custom.thresholdsStyle', value: { mode: common.GraphThresholdsStyleMode.Dashed } },
  ];
}

/** Or the panel's own would be drawn against the axis of this query as well. */
const noThresholdLines: dashboard.DynamicConfigValue[] = [
  { id: 'custom.thresholdsStyle', value: { mode: common.GraphThresholdsStyleMode.Off } },
];

/** Grafana ends a state where its samples end, so that what is gone is a gap. */
function stateTimeline(spec: Of<'stateTimeline'>): StateTimelineBuilder {
  const panel = new StateTimelineBuilder()
    .targets(queries(spec))
    .showValue(common.VisibilityMode.Never)
    .mergeValues(true)
    .disablePagination()
    .rowHeight(0.7)
    .lineWidth(0)
    .fillOpacity(80)
    // It would be of thresholds (“< 1”); colours are explained by the words under the pointer.
    .legend(new common.VizLegendOptionsBuilder().showLegend(false));
  return values(panel, spec);
}

/** The SDK has no builder for it. */
function alertList(spec: Of<'alertList'>): dashboard.PanelBuilder {
  return new dashboard.PanelBuilder().type('alertlist').options({
    viewMode: 'list',
    groupMode: 'default',
    groupBy: [],
    maxItems: 20,
    sortOrder: 3, // the most important first
    dashboardAlerts: false,
    alertName: spec.prefix,
    alertInstanceLabelFilter: '',
    stateFilter: { firing: true, pending: true, recovering: true, noData: false, normal: false, error: true },
  });
}

const calculations: Record<LegendFigure, string> = {
  mean: 'mean',
  min: 'min',
  max: 'max',
  last: 'lastNotNull',
  sum: 'sum',
};

function legend({ figures, quietZeros }: Of<'timeseries'>): common.VizLegendOptionsBuilder {
  const builder = new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(figures ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List)
    .placement(quietZeros ? common.LegendPlacement.Right : common.LegendPlacement.Bottom);
  return figures ? builder.calcs(figures.map((figure) => calculations[figure])) : builder;
}

function stat(spec: Of<'stat'>): StatBuilder {
  const panel = new StatBuilder()
    .targets(queries(spec))
    .reduceOptions(lastValue())
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(isFilled(spec) ? common.BigValueColorMode.Background : common.BigValueColorMode.Value)
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

type ValueSpec = Exclude<PanelSpec, { kind: 'table' | 'alertList' }>;

function values<Kind extends ValueBuilder>(panel: Kind, spec: ValueSpec): Kind {
  panel.unit(spec.unit);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  const mappings = mappingsOf(spec);
  if (mappings.length > 0) panel.mappings(mappings);
  if (spec.thresholds) panel.thresholds(steps(spec.thresholds));
  for (const [name, color] of Object.entries(spec.colors ?? {})) {
    panel.overrideByName(name, tellsStates(spec) ? colorAboveZero(color) : fixedColor(color));
  }
  const mode =
    spec.thresholds && spec.kind !== 'timeseries' && spec.kind !== 'barChart' ? 'Thresholds' : 'PaletteClassic';
  panel.colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId[mode]));
  return panel;
}

/** Figures and lamps, whose colour says how something is; that of a line tells it from others. */
function tellsStates({ kind }: ValueSpec): boolean {
  return kind === 'stat' || kind === 'gauge' || kind === 'barGauge';
}

function fixedColor(fixedColor: string): dashboard.DynamicConfigValue[] {
  return [{ id: 'color', value: { mode: dashboard.FieldColorModeId.Fixed, fixedColor } }];
}

/** Nothing that is stopped, say, is no alarm. */
function colorAboveZero(color: string): dashboard.DynamicConfigValue[] {
  const none = { value: null, color: 'text' };
  return [
    { id: 'color', value: { mode: dashboard.FieldColorModeId.Thresholds } },
    { id: 'thresholds', value: { mode: dashboard.ThresholdsMode.Absolute, steps: [none, { value: 1e-9, color }] } },
  ];
}

/**
 * Words for values. And nothing at all has no colour: Grafana would draw it in the first threshold's, or in the first of
 * its palette, which is green.
 */
function mappingsOf(spec: ValueSpec): dashboard.ValueMapping[] {
  const words: dashboard.ValueMapping[] = spec.words
    ? [{ type: dashboard.MappingType.ValueToText, options: spec.words }]
    : [];
  if (!tellsStates(spec)) return words;
  const color = isFilled(spec) ? 'transparent' : 'text';
  const match = dashboard.SpecialValueMatch.NullAndNan;
  const nothing: dashboard.ValueMapping = {
    type: dashboard.MappingType.SpecialValue,
    options: { match, result: { text: spec.noData, color, index: words.length } },
  };
  return [...words, nothing];
}

/** Whether the colour is the panel's, not the figure's. */
function isFilled(spec: ValueSpec): boolean {
  return spec.kind === 'stat' && spec.words !== undefined;
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
    const named = query.legendFormat(legend ?? '__auto');
    // Over a range the last value that there was would stand for the one that there is.
    return spec.kind === 'timeseries' || spec.kind === 'stateTimeline' ? named.range() : named.instant();
  });
}

const refId = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index);
