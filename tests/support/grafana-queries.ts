/** Queries of a dashboard's JSON, made ready as Grafana makes them ready. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prometheus, Series } from './prometheus.ts';

/** What we read of a dashboard's JSON. */
export interface DashboardJson {
  readonly uid: string;
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly { name: string; type: string; allValue?: string; definition?: string }[];
  };
  readonly annotations: { readonly list: readonly { name: string; expr: string; titleFormat: string }[] };
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig: { readonly defaults: { readonly noValue?: string; readonly unit?: string } };
  readonly targets?: readonly {
    readonly expr: string;
    readonly instant?: boolean;
    readonly range?: boolean;
    readonly legendFormat?: string;
    readonly datasource: { readonly uid: string };
  }[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly renameByName?: Readonly<Record<string, string>> };
  }[];
}

/** The dashboard as it is shipped. */
export function readDashboard(uid: string): DashboardJson {
  return readProvisioned(`dashboards/${uid}.json`);
}

/** The dashboard of a catalogue that is shipped. */
export function readCatalogueDashboard(id: string): DashboardJson {
  return readProvisioned(`catalogues/${id}/dashboard.json`);
}

function readProvisioned(path: string): DashboardJson {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../provisioning', path), 'utf8')) as DashboardJson;
}

export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
  readonly instant: boolean;
  /** Labels that the legend, a column or a title shows. */
  readonly shown: readonly string[];
}

/** What the reader chose: `All`, or values of the variable. */
export type Choice = 'All' | readonly string[];

/** Grafana writes a chosen value into a regular expression, and `All` as the variable says. */
function asRegex(choice: Choice, allValue: string): string {
  if (choice === 'All') return allValue;
  const escaped = choice.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}]/g, '\\\\$&'));
  return escaped.length === 1 ? (escaped[0] ?? '') : `(${escaped.join('|')})`;
}

export interface Substitution {
  readonly job: Choice;
  readonly instance: Choice;
  readonly scrapeSeconds: number;
  readonly stepSeconds: number;
  readonly rangeSeconds: number;
}

/** Variables that nothing was chosen for are All. @throws where a variable is left that Grafana would not know. */
export function substitute(expr: string, dashboard: DashboardJson, chosen: Substitution): string {
  const allValue = (name: string) => {
    const value = dashboard.templating.list.find((one) => one.name === name)?.allValue;
    if (value === undefined) throw new Error(`the variable ${name} has no value for All`);
    return value;
  };
  const { scrapeSeconds, stepSeconds, rangeSeconds } = chosen;
  let ready = expr
    .replaceAll('$__rate_interval', `${Math.max(4 * scrapeSeconds, stepSeconds + scrapeSeconds)}s`)
    .replaceAll('$__range', `${rangeSeconds}s`)
    .replaceAll('$job', () => asRegex(chosen.job, allValue('job')))
    .replaceAll('$instance', () => asRegex(chosen.instance, allValue('instance')));
  for (const { name } of dashboard.templating.list.filter(({ type }) => type === 'query')) {
    ready = ready.replaceAll(new RegExp(`\\$${name}\\b`, 'g'), () => asRegex('All', allValue(name)));
  }
  if (/\$[a-z_]/i.test(ready)) throw new Error(`there is no such variable: ${ready}`);
  return ready;
}

export function panelQueries(dashboard: DashboardJson): PanelQuery[] {
  return dashboard.panels.flatMap((panel) =>
    (panel.targets ?? []).map((target) => {
      if (target.datasource.uid !== '${datasource}') throw new Error(`${panel.title} has a data source of its own`);
      const columns = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName ?? {};
      return {
        dashboard: dashboard.uid,
        panel: panel.title,
        expr: target.expr,
        instant: target.instant === true,
        shown: [...labelsIn(target.legendFormat ?? ''), ...Object.keys(columns)],
      };
    }),
  );
}

export function labelsIn(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label]) => label ?? '');
}

/** Asks as a panel asks: for a range, or for this moment. */
export async function execute(
  prometheus: Prometheus,
  expr: string,
  { instant, since, stepSeconds }: { instant: boolean; since: number; stepSeconds: number },
): Promise<Series[]> {
  if (instant) return prometheus.query(expr);
  const range = new URLSearchParams({
    query: expr,
    start: String(since / 1000),
    end: String(Date.now() / 1000),
    step: String(stepSeconds),
  });
  interface Matrix {
    result: { metric: Record<string, string>; values: [number, string][] }[];
  }
  const { result } = await prometheus.api<Matrix>(`query_range?${range.toString()}`);
  return result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([at, text]) => ({ at: at * 1000, value: Number(text) })),
  }));
}

/** What Grafana makes of `label_values(series, label)`. */
export async function variableValues(
  prometheus: Prometheus,
  dashboard: DashboardJson,
): Promise<Record<string, string[]>> {
  const queries = dashboard.templating.list.filter(({ type }) => type === 'query');
  const found = queries.map(async ({ name, definition = '' }) => {
    const [, series = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
    const match = encodeURIComponent(series.replaceAll(/\$(job|instance)\b/g, '.+'));
    return [name, (await prometheus.api<string[]>(`label/${label}/values?match[]=${match}`)).sort()] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}
