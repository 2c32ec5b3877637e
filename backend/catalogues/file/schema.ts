/** The form of a catalogue file. What a form cannot say is in `../lint/`; docs/catalogues.md explains every key. */
import Type, { type Static, type TSchema } from 'typebox';
import { comparisons } from '../../../contract/alarms.ts';
import { CATALOGUE_ID, INSTANCE_MAX_LENGTH } from '../../../contract/catalogue-api.ts';
import { baseUnits, metricTypes, scopes, type Family } from '../../../contract/catalogue-model.ts';
import { legendFigures, panelKinds } from '../../../contract/dashboards/spec.ts';
import { closed, oneOf } from '../../../contract/schema.ts';

const Text = (maxLength = 200) => Type.String({ minLength: 1, maxLength });
const Optional = <Schema extends TSchema>(schema: Schema) => Type.Optional(schema);
const map = <Schema extends TSchema>(schema: Schema, maxProperties: number) =>
  Type.Record(Type.String(), schema, { maxProperties });

/** How many distinct values an open label, and how many buckets an open histogram may have. */
export const MAX_OPEN_VALUES = 100_000;
/** How many instances may report for one catalogue side by side. */
export const MAX_INSTANCES = 1000;
const Open = Type.Object(
  { open: Type.Literal(true), max: Type.Integer({ minimum: 1, maximum: MAX_OPEN_VALUES }) },
  closed,
);
const Values = Type.Union([
  Type.Array(Type.String({ maxLength: 256 }), { minItems: 1, maxItems: 1000 }),
  Type.Object({ constant: Text(64) }, closed),
  Open,
]);
const Labels = map(Values, 32);

const FamilyEntry = Type.Object(
  {
    type: oneOf(metricTypes),
    help: Text(1000),
    unit: Optional(oneOf(baseUnits)),
    labels: Optional(Labels),
    combinations: Optional(Type.Array(map(Type.String(), 32), { minItems: 1, maxItems: 1000 })),
    buckets: Optional(Type.Union([Type.Array(Type.Number(), { minItems: 1, maxItems: 100 }), Open])),
    absentWhen: Optional(Text()),
  },
  closed,
);

const Colour = oneOf(['green', 'orange', 'red', 'blue', 'text'] as const);
const Query = Type.Object(
  {
    expr: Text(2000),
    legend: Optional(Text()),
    overlay: Optional(Type.Object({ unit: Text(32), label: Text(64) }, closed)),
  },
  closed,
);

/** Keys of panels of every kind; `../lint/dashboard.ts` knows which of them a kind has. */
const Panel = Type.Object(
  {
    kind: oneOf(panelKinds),
    title: Text(100),
    description: Optional(Text(1000)),
    width: Optional(Type.Integer({ minimum: 1, maximum: 24 })),
    height: Optional(Type.Integer({ minimum: 2, maximum: 40 })),
    queries: Type.Array(Query, { minItems: 1, maxItems: 20 }),
    noData: Optional(Text()),
    emptyIsHealthy: Optional(Text()),
    unit: Optional(Text(32)),
    decimals: Optional(Type.Integer({ minimum: 0, maximum: 10 })),
    min: Optional(Type.Number()),
    max: Optional(Type.Number()),
    thresholds: Optional(
      Type.Array(Type.Object({ from: Type.Union([Type.Number(), Type.Null()]), color: Colour }, closed), {
        minItems: 1,
        maxItems: 10,
      }),
    ),
    colors: Optional(map(Text(32), 50)),
    words: Optional(map(Type.Object({ text: Text(50), color: Colour }, closed), 50)),
    stacked: Optional(Type.Boolean()),
    figures: Optional(Type.Array(oneOf(legendFigures), { minItems: 1, maxItems: legendFigures.length })),
    by: Optional(Text(64)),
    columns: Optional(map(Text(64), 32)),
    units: Optional(map(Text(32), 32)),
    largestFirst: Optional(Text(64)),
  },
  closed,
);

const Dashboard = Type.Object(
  {
    title: Optional(Text(100)),
    description: Optional(Text(1000)),
    presence: Optional(Text()),
    variables: Optional(map(Text(50), 10)),
    rows: Type.Array(
      Type.Object({ title: Text(100), panels: Type.Array(Panel, { minItems: 1, maxItems: 50 }) }, closed),
      { minItems: 1, maxItems: 20 },
    ),
  },
  closed,
);

/** As Prometheus writes durations. */
const Duration = Type.String({ pattern: '^(0|([0-9]{1,6}(ms|[smhdwy]))+)$', maxLength: 40 });

const Alert = Type.Object(
  {
    name: Text(100),
    severity: oneOf(['critical', 'warning'] as const),
    value: Text(2000),
    is: oneOf(comparisons),
    limit: Type.Number(),
    for: Optional(Duration),
    summary: Text(),
    description: Text(1000),
    panel: Optional(Text(100)),
  },
  closed,
);

export const CatalogueFile = Type.Object(
  {
    id: Type.String({ pattern: CATALOGUE_ID }),
    title: Text(100),
    description: Text(1000),
    namespace: Text(64),
    prefixes: Optional(Type.Array(Text(64), { minItems: 1, maxItems: 10, uniqueItems: true })),
    scope: oneOf(scopes),
    ttl: Optional(Type.String({ pattern: '^[1-9][0-9]{0,5}[smhd]$' })),
    source: Optional(
      Type.Object({ scrape: Optional(Text(500)), socket: Optional(Text(107)), path: Optional(Text(500)) }, closed),
    ),
    instances: Optional(
      Type.Union([
        Type.Array(Text(INSTANCE_MAX_LENGTH), { minItems: 1, maxItems: 1000, uniqueItems: true }),
        Type.Object({ open: Type.Literal(true), max: Type.Integer({ minimum: 1, maximum: MAX_INSTANCES }) }, closed),
      ]),
    ),
    targetLabels: Optional(Type.Array(Text(64), { minItems: 1, maxItems: 10, uniqueItems: true })),
    constants: Optional(map(Text(256), 32)),
    neverExposed: Optional(Type.Array(Text(), { minItems: 1, maxItems: 20 })),
    labels: Optional(Labels),
    families: Type.Record(Type.String(), FamilyEntry, { minProperties: 1, maxProperties: 500 }),
    dashboard: Optional(Dashboard),
    alerts: Optional(Type.Array(Alert, { minItems: 1, maxItems: 100 })),
    runbook: Optional(Type.String({ pattern: '^https?://[^\\s#]+$', maxLength: 500 })),
  },
  closed,
);

/** A catalogue file whose form is right. */
export type CatalogueFile = Static<typeof CatalogueFile>;
export type PanelEntry = Static<typeof Panel>;
export type AlertEntry = Static<typeof Alert>;
export type FamilyEntry = Static<typeof FamilyEntry>;

/** The families in the contract's shape, by their names. Each has the labels that all of them have, then its own. */
export function familiesOf(file: Pick<CatalogueFile, 'labels' | 'families'>): Record<string, Family> {
  return Object.fromEntries(
    Object.entries(file.families).map(([name, entry]) => [name, family(name, entry, file.labels ?? {})]),
  );
}

function family(name: string, entry: FamilyEntry, common: Family['labels']): Family {
  const unit = entry.unit ?? baseUnits.find((one) => name.replace(/_total$/, '').endsWith(`_${one}`));
  const { labels = {}, ...rest } = entry;
  return { name, ...rest, ...(unit && { unit }), labels: { ...common, ...labels } };
}
