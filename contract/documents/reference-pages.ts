/** What stands on the reference pages: docs/metrics.md, and the page of a catalogue that a file describes. */
import { isPlatformFamily, type Family, type PlatformCatalogue, type PlatformFamily } from '../catalogue-model.ts';
import type { DashboardSpec } from '../dashboards/spec.ts';
import type { DescribedCatalogue } from './described-catalogue.ts';
import { metricsReference, totalSeries } from './metrics-reference.ts';

export interface ApplianceReferenceOptions {
  readonly catalogue: PlatformCatalogue;
  readonly neverExposed: readonly string[];
  readonly dashboards: readonly DashboardSpec[];
}

/** docs/metrics.md: what the platform's own endpoint shows, and what it will never show. */
export function applianceReference({ catalogue, neverExposed, dashboards }: ApplianceReferenceOptions): string {
  const families = Object.values<PlatformFamily>(catalogue.families);
  const own = families.filter(({ name }) => name.startsWith(`${catalogue.namespace}_`));
  return metricsReference({
    title: 'Metrics',
    introduction: `<!-- Generated from contract/metrics.ts by \`npm run generate\`. -->

## What is never shown

Every value that a label can have stands on this page, or is a constant that is known when the process starts: written as
_italic_ below. Nothing else can be rendered, so the endpoint does not expose

${sentences(neverExposed)}

There are ${families.length} families and at most ${totalSeries(families)} series, all of them from the first scrape on, counters at zero.
\`GET /api/contract\` answers with the same list as JSON.

Prometheus adds the labels \`job\` and \`instance\` of the target, and renames a label \`instance\` of ours to \`exported_instance\`:
the queries here say so, too.`,
    chapters: [
      { title: 'Of the appliance', families: own },
      { title: 'Of the process and of Node.js', families: families.filter((family) => !own.includes(family)) },
    ],
    dashboards,
  });
}

/** The page of one catalogue. Its alerts have a section each, so that it can be their runbook. */
export function catalogueReference(described: DescribedCatalogue): string {
  const { catalogue, title, description, constants, neverExposed, dashboards, alerts, targetLabels } = described;
  const families = Object.values<Family>(catalogue.families);
  return metricsReference({
    title,
    introduction: [
      description,
      catalogue.scope === 'platform-health' ? closedScope(families.filter(isPlatformFamily)) : openScope(families),
      ...(neverExposed.length > 0 ? [`It never shows\n\n${sentences(neverExposed)}`] : []),
      `Prometheus adds the labels \`job\` and \`instance\` of the target, and renames labels by these names to \`exported_job\` and \`exported_instance\`.`,
      ...(targetLabels.length > 0
        ? [`The scrape configuration may put these labels on the target, too: ${code(targetLabels)}.`]
        : []),
    ].join('\n\n'),
    chapters: [{ title: 'Families', families }],
    constants,
    dashboards,
    alerts,
  });
}

function closedScope(families: readonly PlatformFamily[]): string {
  return `Scope \`platform-health\`: every value that a label can have stands on this page. There are ${families.length} families and at most ${totalSeries(families)} series.`;
}

function openScope(families: readonly Family[]): string {
  const open = new Set(families.flatMap((family) => (isPlatformFamily(family) ? [] : [family.name])));
  return `Scope \`inventory\`: there are ${families.length} families, ${open.size} of them with values that nobody knows beforehand, each label with a bound.`;
}

function sentences(all: readonly string[]): string {
  return all.map((sentence) => `- ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`).join('\n');
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
