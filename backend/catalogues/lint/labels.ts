/** Labels, their values, and buckets. */
import { isOpen, type Family, type LabelValues } from '../../../contract/catalogue-model.ts';
import type { Path, FindingCollector } from '../../lib/finding.ts';
import type { CatalogueFile } from '../file/schema.ts';

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Labels that a type of family makes by itself. */
const made: Readonly<Record<string, string>> = { le: 'of histograms', quantile: 'of summaries' };

export function lintLabels(
  file: CatalogueFile,
  families: Readonly<Record<string, Family>>,
  report: FindingCollector,
): void {
  for (const [label, values] of Object.entries(file.labels ?? {})) {
    lintLabel(['labels', label], label, values, file, report);
  }
  for (const [name, entry] of Object.entries(file.families)) {
    const family = families[name];
    if (!family) continue;
    for (const [label, values] of Object.entries(entry.labels ?? {})) {
      const path = ['families', name, 'labels', label];
      lintLabel(path, label, values, file, report);
      if (file.labels && Object.hasOwn(file.labels, label)) {
        report.error('label-name', { path, on: 'key' }, 'is a label of every family already');
      }
    }
    lintBuckets(family, file, report);
    lintStates(family, report);
    lintCombinations(family, report);
  }
  (file.targetLabels ?? []).forEach((label, index) => lintTargetLabel(label, index, families, report));
}

function lintLabel(
  path: Path,
  label: string,
  values: LabelValues,
  file: CatalogueFile,
  report: FindingCollector,
): void {
  lintLabelName({ path, on: 'key' }, label, report);
  if (isOpen(values)) {
    if (file.scope === 'platform-health') {
      report.error(
        'open-label',
        { path },
        'is open, but in the scope platform-health every value is listed: list them, or choose the scope inventory',
      );
    }
    return;
  }
  if ('constant' in values) {
    if (!Object.hasOwn(file.constants ?? {}, values.constant)) {
      report.error(
        'constant',
        { path },
        `is the constant ${values.constant}, which stands nowhere under \`constants\``,
      );
    }
    return;
  }
  values.forEach((value, index) => {
    if (value === '')
      report.error('label-value', { path: [...path, index] }, 'is empty, which to Prometheus is no label at all');
    if (values.indexOf(value) !== index)
      report.error('label-value', { path: [...path, index] }, `${JSON.stringify(value)} is listed twice`);
  });
}

function lintLabelName(place: { path: Path; on?: 'key' }, label: string, report: FindingCollector): void {
  if (!labelName.test(label)) {
    report.error(
      'label-name',
      place,
      'is not a name that Prometheus allows: letters, digits and underscores, no digit first',
    );
  } else if (label.startsWith('__')) {
    report.error('label-name', place, 'begins with __, which Prometheus keeps for itself');
  } else if (Object.hasOwn(made, label)) {
    report.error(
      'reserved-label',
      place,
      `is the label ${made[label] ?? ''}: they make it themselves, nothing else may have it`,
    );
  }
}

function lintTargetLabel(
  label: string,
  index: number,
  families: Readonly<Record<string, Family>>,
  report: FindingCollector,
): void {
  const place = { path: ['targetLabels', index] };
  lintLabelName(place, label, report);
  if (label === 'job' || label === 'instance') report.error('label-name', place, 'is on every target anyway');
  const owner = Object.values(families).find(({ labels }) => Object.hasOwn(labels, label));
  if (owner) report.error('label-name', place, `is a label of ${owner.name}, too: Prometheus would rename that one`);
}

function lintBuckets({ name, type, buckets }: Family, { scope }: CatalogueFile, report: FindingCollector): void {
  const family: Path = ['families', name];
  const path = [...family, 'buckets'];
  if (type !== 'histogram') {
    if (buckets) report.error('buckets', { path, on: 'key' }, `are for histograms; this is a ${type}`);
  } else if (!buckets) {
    const what = 'is a histogram without `buckets`: list the upper bounds, or say {open: true, max: NUMBER}';
    report.error('buckets', { path: family, on: 'key' }, what);
  } else if (!isOpen(buckets)) {
    buckets.forEach((bound, index) => {
      if (index === 0 || bound > (buckets[index - 1] ?? bound)) return;
      report.error('buckets', { path: [...path, index] }, `${bound} has to be larger than the bound before it`);
    });
  } else if (scope === 'platform-health') {
    report.error('open-label', { path }, 'are open, but in the scope platform-health every bound is listed');
  }
}

/** OpenMetrics: the states are the values of a label that is called like the family. */
function lintStates({ name, type, labels }: Family, report: FindingCollector): void {
  if (type !== 'stateset') return;
  const states = Object.hasOwn(labels, name) ? labels[name] : undefined;
  if (!Array.isArray(states)) {
    report.error(
      'stateset',
      { path: ['families', name, 'labels'] },
      `a stateset lists its states as the values of a label ${name}`,
    );
  }
}

function lintCombinations({ name, labels, combinations = [] }: Family, report: FindingCollector): void {
  combinations.forEach((combination, index) => {
    const isComplete = Object.keys(combination).length === Object.keys(labels).length;
    const isListed = Object.entries(labels).every(([label, values]) => {
      return Array.isArray(values) && values.includes(combination[label] ?? '');
    });
    if (!isComplete || !isListed) {
      report.error(
        'combinations',
        { path: ['families', name, 'combinations', index] },
        'has to name every label, each with one of its listed values',
      );
    }
  });
}
