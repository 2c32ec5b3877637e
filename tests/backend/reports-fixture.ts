import type { Catalogue, Family, PlatformFamily } from '../../contract/catalogue-model.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { validateExposition } from '../../backend/reports/validate/validate.ts';
import type { ValidationOptions, AcceptedExposition } from '../../backend/reports/validate/accepted.ts';
import { Refusal } from '../../backend/http/refusal.ts';

/** An inventory with one family of each type, and of each kind of label. */
export const inventoryFamilies: readonly Family[] = [
  {
    name: 'demo_hosts',
    type: 'gauge',
    help: 'Hosts.',
    labels: { host: { open: true, max: 3 }, state: ['up', 'down'] },
  },
  {
    name: 'demo_requests_total',
    type: 'counter',
    help: 'Requests.',
    labels: { method: ['get', 'put'], code: ['2xx', '5xx'] },
    combinations: [
      { method: 'get', code: '2xx' },
      { method: 'put', code: '5xx' },
    ],
  },
  { name: 'demo_errors', type: 'counter', help: 'Errors, published without _total.', labels: {} },
  {
    name: 'demo_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Latency.',
    labels: { group: ['api', 'web'] },
    buckets: [0.1, 1],
  },
  { name: 'demo_size_bytes', type: 'histogram', help: 'Size.', labels: {}, buckets: { open: true, max: 3 } },
  { name: 'demo_build_info', type: 'info', help: 'Build.', labels: { version: { constant: 'version' } } },
  { name: 'demo_mode', type: 'stateset', help: 'Mode.', labels: { demo_mode: ['on', 'off'] } },
];

/** A value for every constant. */
export function constantsOf(families: readonly Family[]): Record<string, string> {
  const values = families.flatMap(({ labels }) => Object.values(labels));
  return Object.fromEntries(
    values.flatMap((one) => ('constant' in one ? [[one.constant, `the ${one.constant}`]] : [])),
  );
}

export function describedOf(families: readonly Family[], scope: Catalogue['scope'] = 'inventory'): DescribedCatalogue {
  const byName = Object.fromEntries(families.map((family) => [family.name, family]));
  const common = { id: 'demo', namespace: 'demo', ttlSeconds: 300 };
  const catalogue: Catalogue =
    scope === 'inventory'
      ? { ...common, scope, families: byName }
      : { ...common, scope, families: byName as Record<string, PlatformFamily> };
  return {
    catalogue,
    title: 'Demo',
    description: 'A demo.',
    targetLabels: [],
    constants: { ...constantsOf(families), version: '1.2.3' },
    neverExposed: [],
    dashboards: [],
    alerts: [],
  };
}

export const options: ValidationOptions = {
  described: describedOf(inventoryFamilies),
  dialect: 'text',
  isLenient: false,
  instance: undefined,
  onInvalid: 'reject',
  maxSeries: 1000,
  reportedByOthers: () => new Set(),
};

export function read(text: string | Uint8Array, changes: Partial<ValidationOptions> = {}): Promise<AcceptedExposition> {
  return validateExposition(typeof text === 'string' ? Buffer.from(text) : text, { ...options, ...changes });
}

/** What is wrong with the text, each as one sentence; empty where it is read. */
export async function faultsOf(text: string | Uint8Array, changes: Partial<ValidationOptions> = {}): Promise<string[]> {
  try {
    await read(text, changes);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code !== 'invalid_report') return [`${error.code}: ${error.detail ?? ''}`];
    return (error.errors ?? []).map(({ field, message }) => `${field} ${message}`);
  }
}

export const textOf = ({ families }: AcceptedExposition, dialect: ValidationOptions['dialect'] = 'text'): string =>
  families.map(({ lines }) => lines[dialect].toString()).join('');
