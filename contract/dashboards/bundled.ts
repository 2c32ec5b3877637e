/**
 * The dashboards as the plugin brings them along, for whoever imports them on its Dashboards tab. They are a set of their
 * own, beside the one that a file provider reads: Grafana lets nobody import what a provider owns.
 */
import type { DashboardSpec } from './spec.ts';

const FILE_SET = 'vitals';
const BUNDLED_SET = 'vitals-app';

export function bundled(spec: DashboardSpec): DashboardSpec {
  return {
    ...spec,
    uid: spec.uid.replace(`${FILE_SET}-`, `${BUNDLED_SET}-`),
    // Dashboards link to those that have their tags.
    tags: spec.tags.map((tag) => (tag === FILE_SET ? BUNDLED_SET : tag)),
    isImportedByHand: true,
  };
}
