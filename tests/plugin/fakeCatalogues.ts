import type { Catalogue } from '../../contract/api.ts';
import { nextNumber } from './fakeReplies.ts';

export interface CatalogueState {
  readonly catalogues: Catalogue[];
}

type Reports = NonNullable<Catalogue['reports']>;
type Source = NonNullable<Catalogue['source']>;

/** One of platform health for which nothing has been reported yet, unless told otherwise. */
export function makeCatalogue(own: Partial<Catalogue> = {}): Catalogue {
  const id = own.id ?? `cat${nextNumber()}`;
  return {
    id,
    title: `Catalogue ${id}`,
    description: 'What another program tells of itself.',
    namespace: id,
    scope: 'platform-health',
    path: own.scope === 'inventory' ? `/api/metrics/catalogues/${id}` : '/api/metrics/prometheus',
    ttlSeconds: 300,
    families: [{ name: `${id}_up`, type: 'gauge', help: '1 if it works.' }],
    series: 0,
    reports: { instances: [], maxInstances: 1 },
    source: null,
    ...own,
  };
}

/** Instances that have reported just now. */
export function makeReports(names: readonly (string | null)[], maxInstances = 100): Reports {
  const instances = names.map((instance) => ({
    instance,
    reportedAt: '2026-11-20T09:59:00Z',
    expiresAt: '2026-11-20T10:04:00Z',
    series: 12,
  }));
  return { instances, maxInstances };
}

/** A local exporter that answers. */
export function makeSource(own: Partial<Source> = {}): Source {
  return {
    address: 'http://127.0.0.1:9100/metrics',
    status: 'up',
    askedAt: '2026-11-20T09:59:30Z',
    durationSeconds: 0.012,
    failure: null,
    dropped: [],
    ...own,
  };
}
