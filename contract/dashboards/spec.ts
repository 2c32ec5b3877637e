/** A dashboard as plain data, so that a file can describe one too. `render.ts` turns it into Grafana's form. */

export interface QuerySpec {
  readonly expr: string;
  /** What the series is called, with labels as `{{label}}`. */
  readonly legend?: string;
  /** Drawn as a line over the others, against an axis of its own on the right, where thresholds are lines of their own. */
  readonly overlay?: { readonly unit: string; readonly label: string; readonly thresholds?: readonly Step[] };
}

/** From this value on (null: from the beginning) a value has this colour. */
export interface Step {
  readonly from: number | null;
  readonly color: 'green' | 'orange' | 'red' | 'blue' | 'text';
}

interface AnyPanel {
  readonly title: string;
  /** What it shows and what to do about it. */
  readonly description: string;
  /** Grid columns, of 24, and rows. */
  readonly width: number;
  readonly height: number;
  /** A page of the plugin that belongs to it, which a viewer may open. */
  readonly link?: LinkSpec;
}

interface PanelBase extends AnyPanel {
  readonly queries: readonly [QuerySpec, ...QuerySpec[]];
  /** What stands where there is no data. It is never coloured. */
  readonly noData: string;
  /** Why no data, or no value in them, is good news. Absent: an empty panel is a fault. */
  readonly emptyIsHealthy?: string;
}

interface ValuePanel extends PanelBase {
  /** Grafana's id of the unit, for instance `s`, `bytes`, `short`, `ops`. */
  readonly unit: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: readonly Step[];
  /** Fixed colours of series, by what the legend says. */
  readonly colors?: Readonly<Record<string, string>>;
  /** Words for single values. */
  readonly words?: Readonly<Record<string, { readonly text: string; readonly color: Step['color'] }>>;
}

/** Figures of a series over the time shown, in the legend. */
export const legendFigures = ['mean', 'min', 'max', 'last', 'sum'] as const;
export type LegendFigure = (typeof legendFigures)[number];

export type PanelSpec =
  | (ValuePanel & {
      readonly kind: 'timeseries';
      readonly stacked?: boolean;
      /** The legend, in a list on the right, leaves out series that are zero all the time. */
      readonly quietZeros?: boolean;
      readonly figures?: readonly LegendFigure[];
    })
  /** A state and how long it lasted, a lane for each series. */
  | (ValuePanel & { readonly kind: 'stateTimeline' })
  | (ValuePanel & { readonly kind: 'stat' })
  | (ValuePanel & { readonly kind: 'gauge' })
  | (ValuePanel & { readonly kind: 'barGauge' })
  /** A bar for each value of the label `by`, of the one query. */
  | (ValuePanel & { readonly kind: 'barChart'; readonly by: string })
  | (PanelBase & {
      readonly kind: 'table';
      /** Titles of columns by label; `Value` is the query's value, `Value #A` that of the first of several. */
      readonly columns: Readonly<Record<string, string>>;
      /** Units of columns, by the same names. */
      readonly units?: Readonly<Record<string, string>>;
      /** The column by which rows come, the largest first. */
      readonly largestFirst?: string;
    })
  /** Alerts that Grafana knows, its own and those of its data sources, and that fire or are about to. */
  | (AnyPanel & { readonly kind: 'alertList'; readonly queries: readonly []; readonly prefix: string });

/** The kinds that a catalogue file can describe. */
export const panelKinds = [
  'timeseries',
  'stat',
  'gauge',
  'barGauge',
  'barChart',
  'table',
] as const satisfies readonly PanelSpec['kind'][];

export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

export interface LinkSpec {
  readonly title: string;
  readonly url: string;
}

export interface AnnotationSpec {
  readonly name: string;
  readonly expr: string;
  /** Labels as `{{label}}`. */
  readonly title: string;
  readonly color: string;
}

/** A choice of values of a label that the series themselves carry, or that Prometheus puts on them. */
export interface VariableSpec {
  readonly label: string;
  readonly title: string;
  /** The family whose series are asked for values. */
  readonly of: string;
}

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Grafana leaves it to people to import it, though a plugin brings it along. */
  readonly isImportedByHand?: true;
  /** A series that every target has: the variables `job` and `instance` list its targets. */
  readonly presence: string;
  /** What a target is called: the title of the variable `instance`. */
  readonly target: string;
  /** Variables beside `job` and `instance`. */
  readonly variables?: readonly VariableSpec[];
  readonly links: readonly LinkSpec[];
  readonly annotations: readonly AnnotationSpec[];
  readonly rows: readonly RowSpec[];
}

/** The matcher by which a selector follows the variable of a label. */
export function following<const Label extends string>(label: Label): `${Label}=~"$${Label}"` {
  return `${label}=~"$${label}"`;
}

/** What `promql()` takes so that a dashboard's queries follow its variables. */
export const dashboardScope = [following('job'), following('instance')] as const;

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
