/** Catalogue files: read, checked by every rule, and in the contract's shape. */
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { ConfigError } from '../config/error.ts';
import { describeCatalogue } from './describe.ts';
import { parseYamlFile, type YamlFile } from '../lib/yaml-file.ts';
import { findingLine, hasErrors, type Finding, type FindingCollector } from '../lib/finding.ts';
import { lintAlerts } from './lint/alerts.ts';
import { lintClashes, lintClashesWithOurs } from './lint/clashes.ts';
import { lintDashboard } from './lint/dashboard.ts';
import { lintSource } from './lint/source.ts';
import { lintLabels } from './lint/labels.ts';
import { lintNames } from './lint/names.ts';
import { readCatalogueText } from './file/read.ts';
import { familiesOf, type CatalogueFile } from './file/schema.ts';
import { checkStructure } from './file/structure.ts';
import { createMetricIndex } from './promql/metric-index.ts';

export interface CheckedCatalogue {
  readonly file: string;
  /** In the order of the text. */
  readonly findings: readonly Finding[];
  /** Absent where there is an error. */
  readonly described: DescribedCatalogue | undefined;
}

/**
 * Checks each file by itself, against our own catalogue, and against those before it.
 * @throws ConfigError where a file cannot be read
 */
export function checkCatalogues(files: readonly string[]): CheckedCatalogue[] {
  const parsed = files.map((file) => ({ file, ...checkText(readCatalogueText(file)) }));
  parsed.forEach(({ entry, yaml }, index) => {
    for (const earlier of parsed.slice(0, index)) {
      if (entry && earlier.entry) lintClashes(earlier.entry, entry, yaml.report);
    }
  });
  return parsed.map(({ file, entry, yaml }) => {
    const findings = yaml.findings();
    return { file, findings, described: entry && !hasErrors(findings) ? describeCatalogue(entry) : undefined };
  });
}

/**
 * Catalogues that can be used as they are.
 * @throws ConfigError that names every error of every file, a line each
 */
export function loadCatalogues(files: readonly string[]): DescribedCatalogue[] {
  const checked = checkCatalogues(files);
  const errors = checked.flatMap(({ file, findings }) =>
    findings.filter(({ severity }) => severity === 'error').map((finding) => findingLine(file, finding)),
  );
  if (errors.length > 0) throw new ConfigError(errors.join('\n'));
  return checked.flatMap(({ described }) => described ?? []);
}

function checkText(text: string): { yaml: YamlFile; entry: CatalogueFile | undefined } {
  const yaml = parseYamlFile(text);
  if (hasErrors(yaml.findings())) return { yaml, entry: undefined };
  const entry = checkStructure(yaml.value, yaml.report);
  if (entry) lint(entry, yaml.report);
  return { yaml, entry };
}

function lint(file: CatalogueFile, report: FindingCollector): void {
  const families = familiesOf(file);
  const metrics = createMetricIndex(families, file.targetLabels ?? []);
  lintNames(file, families, report);
  lintLabels(file, families, report);
  lintSource(file, families, report);
  lintDashboard(file, families, metrics, report);
  lintAlerts(file, metrics, report);
  lintClashesWithOurs(file, report);
}
