import { describe, expect, test } from 'vitest';
import { withMatchers } from '../../backend/catalogues/promql/expression.ts';
import { renderDashboard } from '../../contract/dashboards/render.ts';
import { changed, checkText, greenhouse } from '../support/catalogues.ts';

interface Rendered {
  readonly uid: string;
  readonly templating: {
    readonly list: readonly { name: string; label: string; allValue?: string; definition?: string }[];
  };
  readonly panels: readonly {
    readonly type: string;
    readonly title: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly targets?: readonly { expr: string; instant?: boolean; format?: string }[];
    readonly transformations?: readonly { id: string; options: unknown }[];
    readonly fieldConfig: { readonly defaults: Readonly<Record<string, unknown>>; readonly overrides: unknown };
  }[];
}

function render(text: string): Rendered {
  const { findings, described } = checkText(text);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return renderDashboard(described!.dashboards[0]!) as unknown as Rendered;
}

const ofExample = `kind: timeseries
          title: Temperature
          queries: [{ expr: greenhouse_temperature_celsius, legend: '{{bed}}' }]
          unit: celsius`;
/** The example's first panel as Grafana gets it, described by other lines. */
const panel = (lines: string) =>
  render(changed(greenhouse, ofExample, lines)).panels.find(({ title }) => title === 'Temperature')!;

describe('every kind of panel is what Grafana draws under that name', () => {
  const query = 'queries: [{ expr: greenhouse_temperature_celsius }]';
  test('a gauge and a bar gauge, coloured by their thresholds', () => {
    const more =
      'min: 0\n          max: 50\n          thresholds: [{ from: null, color: green }, { from: 40, color: red }]';
    for (const kind of ['gauge', 'barGauge']) {
      const { type, options, fieldConfig } = panel(
        `kind: ${kind}\n          title: Temperature\n          ${query}\n          ${more}`,
      );
      expect(type).toBe(kind.toLowerCase());
      expect(options).toMatchObject({ reduceOptions: { calcs: ['lastNotNull'] } });
      expect(fieldConfig.defaults).toMatchObject({ min: 0, max: 50, color: { mode: 'thresholds' } });
      if (kind === 'barGauge') expect(options).toMatchObject({ displayMode: 'lcd', orientation: 'horizontal' });
    }
  });
  test('a bar chart with a bar for each value of a label', () => {
    const { type, options, targets, transformations } = panel(
      `kind: barChart\n          title: Temperature\n          ${query}\n          by: bed`,
    );
    expect({ type, options }).toMatchObject({ type: 'barchart', options: { xField: 'bed' } });
    expect(targets).toMatchObject([{ instant: true, format: 'table' }]);
    expect(transformations).toMatchObject([
      { id: 'filterFieldsByName', options: { include: { names: ['bed', 'Value'] } } },
    ]);
  });
  test('a table that joins two queries, the largest first, with units', () => {
    const { type, options, transformations, fieldConfig } = panel(`kind: table
          title: Temperature
          queries: [{ expr: 'topk(10, greenhouse_temperature_celsius)' }, { expr: 'sum by (bed) (greenhouse_pump_runs_total)' }]
          columns: { bed: Bed, 'Value #A': Air, 'Value #B': Runs }
          units: { 'Value #A': celsius }
          largestFirst: 'Value #A'`);
    expect({ type, options }).toMatchObject({
      type: 'table',
      options: { sortBy: [{ displayName: 'Air', desc: true }] },
    });
    expect(transformations?.map(({ id }) => id)).toEqual(['filterFieldsByName', 'merge', 'organize']);
    expect(fieldConfig.overrides).toMatchObject([
      { matcher: { id: 'byName', options: 'Air' }, properties: [{ id: 'unit', value: 'celsius' }] },
    ]);
  });
  test('lines with figures in a table below them', () => {
    const { options } = panel(
      `kind: timeseries\n          title: Temperature\n          ${query}\n          figures: [mean, max, last]`,
    );
    expect(options).toMatchObject({ legend: { displayMode: 'table', calcs: ['mean', 'max', 'lastNotNull'] } });
  });
});

test('variables are those of every dashboard, then its own; All includes series without the label', () => {
  const { uid, templating } = render(
    greenhouse
      .replace('variables: { bed: Bed }', 'variables: { bed: Bed, site: Site }')
      .replace('scope:', 'targetLabels: [site]\nscope:'),
  );
  expect(uid).toBe('catalogue-greenhouse');
  const scope = '{job=~"$job", instance=~"$instance"}';
  expect(templating.list).toMatchObject([
    { name: 'datasource' },
    { name: 'job', allValue: '.+', definition: 'label_values(greenhouse_build_info, job)' },
    { name: 'instance', label: 'Instance', allValue: '.+' },
    {
      name: 'bed',
      label: 'Bed',
      allValue: '.*',
      definition: `label_values(greenhouse_temperature_celsius${scope}, bed)`,
    },
    { name: 'site', label: 'Site', allValue: '.*', definition: `label_values(greenhouse_build_info${scope}, site)` },
  ]);
});

test('matchers are put into every selector, wherever it stands', () => {
  const put = (expr: string) => withMatchers(expr, (name) => (name === 'up' ? [] : ['job=~"$job"']));
  expect(put('a')).toBe('a{job=~"$job"}');
  expect(put('a{}')).toBe('a{job=~"$job"}');
  expect(put('a{b="}"}')).toBe('a{job=~"$job", b="}"}');
  expect(put('up + on (job) up{}')).toBe('up + on (job) up{}');
  expect(put('sum by (a) (rate(a[$__rate_interval] offset 5m)) / a{b=~"c|d",} > 2')).toBe(
    'sum by (a) (rate(a{job=~"$job"}[$__rate_interval] offset 5m)) / a{job=~"$job", b=~"c|d",} > 2',
  );
  expect(put('max_over_time(a[$__range:1m])')).toBe('max_over_time(a{job=~"$job"}[$__range:1m])');
});

test('what a file may leave out is filled in: the help as description, sizes, a time to live', () => {
  const { described } = checkText(greenhouse);
  const [temperature] = described!.dashboards[0]!.rows[0]!.panels;
  expect(temperature).toMatchObject({ description: 'Air temperature above a bed.', width: 12, height: 8 });
  expect(described!.catalogue).toMatchObject({ ttlSeconds: 300, scope: 'inventory' });
  expect(described!.catalogue.families['greenhouse_temperature_celsius']).toMatchObject({ unit: 'celsius' });
});
