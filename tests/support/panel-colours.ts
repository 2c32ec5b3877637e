/**
 * What a panel tells by its colours, worked out of the dashboard's JSON as Grafana does it: series are reduced to one
 * value, mappings go before thresholds, and nothing at all is drawn as the value `null`.
 */
import { execute, substitute, type DashboardJson, type PanelJson } from './grafana-queries.ts';
import type { Prometheus, Series } from './prometheus.ts';

/** A state that a panel shows now. */
export interface Shown {
  /** What the series is called; absent where there is none. */
  readonly name?: string;
  readonly value: number | null;
  readonly text?: string;
  readonly color: string;
}

interface Mapping {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}
interface Result {
  readonly text?: string;
  readonly color?: string;
}
interface Color {
  readonly mode: string;
  readonly fixedColor?: string;
}
interface FieldConfig {
  readonly noValue?: string;
  readonly mappings?: readonly Mapping[];
  readonly thresholds?: { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };
  readonly color?: Color;
}

export interface Asking {
  /** The beginning of the time that the dashboard shows, in milliseconds. */
  readonly since: number;
  readonly scrapeSeconds: number;
  readonly stepSeconds: number;
}

/** Panels that say by a colour how something is. Lines are not among them: their colours tell series apart. */
const tellers = ['stat', 'gauge', 'bargauge', 'state-timeline'];

export function tellsByColour(panel: PanelJson): boolean {
  return tellers.includes(panel.type);
}

/** Asks every query of the panel as the panel asks it. */
export async function answersOf(
  prometheus: Prometheus,
  dashboard: DashboardJson,
  panel: PanelJson,
  { since, scrapeSeconds, stepSeconds }: Asking,
): Promise<Series[][]> {
  const answers: Series[][] = [];
  for (const { expr, instant = false } of panel.targets ?? []) {
    const rangeSeconds = Math.ceil((Date.now() - since) / 1000);
    const chosen = { job: 'All', instance: 'All', scrapeSeconds, stepSeconds, rangeSeconds } as const;
    answers.push(await execute(prometheus, substitute(expr, dashboard, chosen), { instant, since, stepSeconds }));
  }
  return answers;
}

/** What the panel shows for these answers. */
export function shownBy(panel: PanelJson, answers: readonly (readonly Series[])[], now: number): Shown[] {
  const { defaults, overrides } = panel.fieldConfig as unknown as {
    defaults: FieldConfig;
    overrides?: { matcher: { id: string; options: unknown }; properties: { id: string; value: unknown }[] }[];
  };
  const shown = answers.flatMap((series, query) =>
    series.map((one, index): Shown => {
      const name = nameOf(panel.targets?.[query]?.legendFormat ?? '', one);
      const own = (overrides ?? []).filter(({ matcher }) => matcher.id === 'byName' && matcher.options === name);
      const overridden = Object.fromEntries(
        own.flatMap(({ properties }) => properties.map(({ id, value }) => [id, value])),
      ) as Partial<FieldConfig>;
      const value = reduced(panel, one, now);
      return { name, ...display({ ...defaults, ...overridden }, value, index) };
    }),
  );
  return shown.length > 0 ? shown : [display(defaults, null, 0)];
}

function nameOf(legend: string, { labels }: Series): string {
  return legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_whole, label: string) => labels[label] ?? '');
}

/** A timeline is asked for its right edge: Grafana ends a state where its samples end. */
function reduced(panel: PanelJson, { samples }: Series, now: number): number | null {
  const last = samples.filter(({ value }) => !Number.isNaN(value)).at(-1);
  if (!last) return null;
  return panel.type === 'state-timeline' && last.at < now - 2500 ? null : last.value;
}

function display(config: FieldConfig, value: number | null, index: number): Shown {
  const mapped = mapping(config.mappings ?? [], value);
  const text = mapped?.text ?? (value === null ? config.noValue : undefined);
  return { value, ...(text !== undefined && { text }), color: mapped?.color ?? scale(config, value, index) };
}

function mapping(mappings: readonly Mapping[], value: number | null): Result | undefined {
  for (const { type, options } of mappings) {
    if (type === 'value' && value !== null && options[value]) return options[value];
    if (type === 'special' && value === null && /^null/.test(String(options['match']))) {
      return options['result'] as Result;
    }
  }
  return undefined;
}

/** The classic palette begins with green. */
const palette = ['green', 'yellow', 'blue', 'orange', 'red', 'blue', 'purple'];

function scale({ color, thresholds }: FieldConfig, value: number | null, index: number): string {
  if (color?.mode === 'fixed' || color?.mode === 'shades') return color.fixedColor ?? 'text';
  if (color?.mode !== 'thresholds') return palette[index % palette.length] ?? 'text';
  const reached = (thresholds?.steps ?? []).filter((step) => (value ?? -Infinity) >= (step.value ?? -Infinity));
  return reached.at(-1)?.color ?? 'text';
}
