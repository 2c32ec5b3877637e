/** A dashboard as plain data, so that a file can describe one too. `render.ts` turns it into Grafana's form. */

export interface QuerySpec {
  readonly expr: string;
  /** What the series is called, with labels as `{{label}}`. */
  readonly legend?: string;
  /** Drawn as a line over the others, against an axis of its own on the right. */
  readonly overlay?: { readonly unit: string; readonly label: string };
}

/** From this value on (null: from the beginning) a value has this colour. */
export interface Step {
  readonly from: number | null;
  readonly color: 'green' | 'orange' | 'red' | 'blue' | 'text';
}

interface PanelBase {
  readonly title: string;
  /** What it shows and what to do about it. */
  readonly description: string;
  /** Grid columns, of 24, and rows. */
  readonly width: number;
  readonly height: number;
  readonly queries: readonly [QuerySpec, ...QuerySpec[]];
  /** What stands where there is no data. */
  readonly noData: string;
  /** Why no data, or no value in them, is good news. Absent: an empty panel is a fault. */
  readonly emptyIsHealthy?: string;
  /** A page of the plugin that belongs to it. */
  readonly link?: LinkSpec;
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

export type PanelSpec =
  | (ValuePanel & {
      readonly kind: 'timeseries';
      readonly stacked?: boolean;
    })
  | (ValuePanel & { readonly kind: 'stat' })
  | (PanelBase & { readonly kind: 'table'; readonly columns: Readonly<Record<string, string>> });

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

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** A series that every target has: the variables `job` and `instance` list its targets. */
  readonly presence: string;
  readonly links: readonly LinkSpec[];
  readonly annotations: readonly AnnotationSpec[];
  readonly rows: readonly RowSpec[];
}

/** What `promql()` takes so that a dashboard's queries follow its variables. */
export const dashboardScope = ['job=~"$job"', 'instance=~"$instance"'] as const;
