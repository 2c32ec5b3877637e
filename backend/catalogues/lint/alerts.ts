/** Alerts: their names, what they compare, and what their texts speak of. */
import { alertUid, MAX_UID_LENGTH } from '../../../contract/alerts/spec.ts';
import type { Path, FindingCollector } from '../../lib/finding.ts';
import type { AlertEntry, CatalogueFile } from '../file/schema.ts';
import type { MetricIndex } from '../promql/metric-index.ts';
import { lintQuery, joined } from './queries.ts';

export function lintAlerts(file: CatalogueFile, metrics: MetricIndex, report: FindingCollector): void {
  const seen = new Set<string>();
  const panels = (file.dashboard?.rows ?? []).flatMap((row) => row.panels.map(({ title }) => title));
  (file.alerts ?? []).forEach((alert, index) => {
    const path = ['alerts', index];
    lintName(alert, [...path, 'name'], file.id, seen, report);
    if (alert.panel !== undefined && !panels.includes(alert.panel)) {
      report.error(
        'unknown-panel',
        { path: [...path, 'panel'] },
        `the dashboard has no panel ${JSON.stringify(alert.panel)}`,
      );
    }
    const labels = lintQuery(
      { expr: alert.value, path: [...path, 'value'], of: 'alert', variables: [] },
      metrics,
      report,
    );
    if (labels)
      for (const key of ['summary', 'description'] as const) lintText(alert[key], [...path, key], labels, report);
  });
}

function lintName({ name }: AlertEntry, path: Path, id: string, seen: Set<string>, report: FindingCollector): void {
  const place = { path };
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name))
    report.error('alert-name', place, 'has to be in CamelCase: letters and digits, beginning with a capital');
  else if (alertUid(name).length > MAX_UID_LENGTH)
    report.error(
      'alert-name',
      place,
      `is too long for Grafana: at most ${MAX_UID_LENGTH} characters, with a dash before each capital`,
    );
  else if (!name.toLowerCase().startsWith(id.replaceAll('-', '')))
    report.warning('naming', place, `should begin with the catalogue's name, such as ${pascalCase(id)}`);
  if (seen.has(alertUid(name))) report.error('duplicate-alert', place, 'another alert has this name already');
  seen.add(alertUid(name));
}

function lintText(text: string, path: Path, labels: ReadonlySet<string>, report: FindingCollector): void {
  for (const found of text.matchAll(/(?<!\{)\{([a-zA-Z_]\w*)\}/g)) {
    const label = found[1] ?? '';
    if (label === 'value' || label === 'duration' || labels.has(label)) continue;
    report.error(
      'unknown-label',
      { path, offset: found.index },
      `the alert's series have no label ${label}: they have ${joined(labels)}`,
    );
  }
}

/** `circuit-breaker` -> `CircuitBreaker` */
export function pascalCase(id: string): string {
  return id.replaceAll(/(?:^|-)([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
}
