/**
 * The house from its roof to its ground: which folder may import which. A file imports from floors below its own, at any
 * depth, and from no folder beside or above it; so folders form no circle. A folder is the directory itself: what lies in a
 * folder within it has a floor of its own. Types count like values. `architecture.test.ts` holds every import against it.
 */
import type { Floors } from './architecture.ts';

/** What is promised: the ground that everybody stands on. */
const contract: Floors = [
  ['contract/documents'], // what is made of a catalogue: files, pages, the manifest
  ['contract/alerts'], // name the panel that shows what they are about
  ['contract/dashboards/health'],
  ['contract/dashboards'],
  ['contract'], // families, events, refusals, roles, schemas
];

export const backendFloors: Floors = [
  ['backend/cli'], // commands, `vitals serve` among them
  ['backend'], // server, app, services, background: the process and its wiring
  ['backend/scrape', 'backend/platform'], // the endpoint; integrations, health, contract, catalogues
  ['backend/metrics'], // every number by its family
  ['backend/tokens'],
  ['backend/tokens/provisioning'],
  ['backend/tokens/rotation'],
  ['backend/tokens/usage', 'backend/retention'],
  ['backend/alarms', 'backend/credentials', 'backend/exporters', 'backend/ingest', 'backend/tokens/model'],
  ['backend/auth', 'backend/ingest/worker', 'backend/notifications', 'backend/push', 'backend/reports'],
  ['backend/audit', 'backend/catalogues', 'backend/ingest/spool', 'backend/reports/validate'],
  ['backend/catalogues/lint', 'backend/http'],
  ['backend/catalogues/file', 'backend/clickhouse', 'backend/database', 'backend/storage'],
  ['backend/clickhouse/embedded', 'backend/config', 'backend/database/migrations', 'backend/exposition/parse'],
  ['backend/catalogues/promql', 'backend/exposition'], // know nothing of the appliance
  ['backend/lib'], // knows nothing of Vitals
  ...contract,
];

export const appFloors: Floors = [
  ['src'], // entries, which nobody imports
  ['src/tokens'],
  ['src/tokens/details', 'src/tokens/reveal'],
  ['src/tokens/diagnosis', 'src/tokens/revocation', 'src/tokens/rotation'],
  ['src/alarms', 'src/audit', 'src/help', 'src/integrations', 'src/tokens/fields'],
  ['src/catalogues', 'src/layout', 'src/prometheus', 'src/push', 'src/rules', 'src/sessions', 'src/settings'],
  ['src/bell'],
  ['src/ui'], // components and hooks that know no capability
  ['src/api'], // the only fetch, failures, the cache of requests
  ['src/lib'], // knows no page and no request
  ...contract,
];
