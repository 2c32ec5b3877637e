/** Whether a file's value has the form of a catalogue. */
import { Value } from 'typebox/value';
import type { Path, FindingCollector } from '../../lib/finding.ts';
import { schemaProblems, type SchemaProblem } from '../../lib/schema-problems.ts';
import { CatalogueFile } from './schema.ts';

/** The value as a catalogue file, or nothing where its form is wrong: what is wrong is in the report then. */
export function checkStructure(value: unknown, report: FindingCollector): CatalogueFile | undefined {
  if (Value.Check(CatalogueFile, value)) return value;
  const choices = new Set<string>();
  for (const problem of schemaProblems(CatalogueFile, value)) {
    const choice =
      problem.schemaPath.includes('/anyOf') || problem.keyword === 'anyOf'
        ? choicePath.exec(problem.instancePath)?.[1]
        : undefined;
    if (choice !== undefined) choices.add(choice);
    else if (problem.keyword !== 'boolean') reportProblem(problem, report); // that is said by additionalProperties, too
  }
  for (const choice of choices) reportChoice(pathOf(choice), value, report);
  return undefined;
}

/** Where one of several forms is allowed: what each of them misses says less than the forms themselves. */
const choicePath = /^(.*\/(?:labels\/[^/]+|buckets|from|instances))(?:\/.*)?$/s;

function reportProblem(problem: SchemaProblem, report: FindingCollector): void {
  const path = pathOf(problem.instancePath);
  if (problem.keyword === 'additionalProperties') {
    const sentence = 'there is no such key here. See docs/catalogues.md';
    for (const key of problem.params.additionalProperties) {
      report.error('unknown-key', { path: [...path, key], on: 'key' }, sentence);
    }
  } else if (problem.keyword === 'required') {
    for (const key of problem.params.requiredProperties) {
      report.error('missing-key', { path, on: 'key' }, `${JSON.stringify(key)} is missing`);
    }
  } else {
    report.error('form', { path }, expectations[path.at(-1) ?? ''] ?? detail(problem));
  }
}

/** Sentences for patterns, whose expression would tell a reader nothing. */
const expectations: Record<string, string> = {
  id: 'has to be up to 30 lower-case letters, digits and dashes, beginning with a letter',
  ttl: 'has to be a time such as 90s, 5m or 1h',
  for: 'has to be a duration such as 0s, 90s or 1h30m',
  runbook: 'has to be an http:// or https:// URL without a fragment',
};

function detail(problem: SchemaProblem): string {
  if (problem.keyword === 'enum') return `has to be one of ${problem.params.allowedValues.map(String).join(', ')}`;
  return problem.message;
}

const lists: Readonly<Record<string, string>> = {
  buckets: 'a list of at most 100 numbers',
  instances: 'a list of texts (quote what looks like a number)',
};

/** Labels, buckets and instances: a list, a constant, or open with a bound. */
function reportChoice(path: Path, file: unknown, report: FindingCollector): void {
  const value = path.reduce<unknown>((part, step) => (part as Record<string | number, unknown>)[step], file);
  if (typeof value === 'object' && value !== null && 'open' in value && !('max' in value)) {
    return report.error('missing-bound', { path }, 'is open without a bound: say `max`, the number of distinct values');
  }
  if (path.at(-1) === 'from') return report.error('form', { path }, 'has to be a number, or null for the beginning');
  const list = lists[path.at(-1) ?? ''] ?? 'a list of texts (quote what looks like a number), {constant: NAME}';
  report.error('form', { path }, `has to be ${list} or {open: true, max: NUMBER}`);
}

/** A JSON pointer as keys. */
function pathOf(pointer: string): string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
