/** A catalogue beside our own, and catalogues beside each other. */
import { alertGroups } from '../../../contract/alerts/appliance.ts';
import { sampleNames, type Family } from '../../../contract/catalogue-model.ts';
import { PLATFORM } from '../../../contract/catalogue-api.ts';
import { catalogue as ours } from '../../../contract/metrics.ts';
import type { Path, FindingCollector } from '../../lib/finding.ts';
import { familiesOf, type CatalogueFile } from '../file/schema.ts';

const samplesOf = (families: readonly Family[]) => new Set(families.flatMap((one) => [one.name, ...sampleNames(one)]));
const ourSamples = samplesOf(Object.values<Family>(ours.families));
const ourAlerts = new Set<string>(alertGroups.flatMap(({ alerts }) => alerts.map(({ name }) => name)));

/** What comes out of the same endpoint as the appliance's own families may not be called like one of them. */
export function lintClashesWithOurs(file: CatalogueFile, report: FindingCollector): void {
  if ([ours.id, PLATFORM].includes(file.id)) {
    report.error('clash', { path: ['id'] }, `${file.id} is the appliance's own catalogue`);
  }
  if (file.scope === 'platform-health') {
    for (const family of Object.values(familiesOf(file))) {
      if (![family.name, ...sampleNames(family)].some((name) => ourSamples.has(name))) continue;
      report.error(
        'clash',
        familyPlace(family.name),
        'is a family of the appliance itself, which comes out of the same endpoint',
      );
    }
  }
  (file.alerts ?? []).forEach(({ name }, index) => {
    if (ourAlerts.has(name))
      report.error('clash', { path: ['alerts', index, 'name'] }, 'is an alert of the appliance itself');
  });
}

/**
 * A namespace belongs to one catalogue; further prefixes, such as `http` and `go`, may be shared by those that have an
 * endpoint of their own. Findings are of the later of the two.
 */
export function lintClashes(earlier: CatalogueFile, file: CatalogueFile, report: FindingCollector): void {
  const clash = (path: Path, message: string) => report.error('clash', { path }, message);
  if (file.id === earlier.id) clash(['id'], `another catalogue is called ${earlier.id}, too`);
  if ([earlier.namespace, ...(earlier.prefixes ?? [])].includes(file.namespace)) {
    clash(['namespace'], `${file.namespace} is a namespace of ${earlier.id}, too`);
  }
  (file.prefixes ?? []).forEach((prefix, index) => {
    if (prefix === earlier.namespace) clash(['prefixes', index], `${prefix} is the namespace of ${earlier.id}`);
  });
  if (file.scope === 'platform-health' && earlier.scope === 'platform-health') {
    const theirs = samplesOf(Object.values(familiesOf(earlier)));
    for (const family of Object.values(familiesOf(file))) {
      if (![family.name, ...sampleNames(family)].some((name) => theirs.has(name))) continue;
      report.error(
        'clash',
        familyPlace(family.name),
        `is a family of ${earlier.id}, too, and both come out of the same endpoint`,
      );
    }
  }
  const alerts = new Set((earlier.alerts ?? []).map(({ name }) => name));
  (file.alerts ?? []).forEach(({ name }, index) => {
    if (alerts.has(name)) clash(['alerts', index, 'name'], `is an alert of ${earlier.id}, too`);
  });
}

const familyPlace = (name: string) => ({ path: ['families', name], on: 'key' }) as const;
