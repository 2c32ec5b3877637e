/** Catalogues of other systems as the API shows them, and the reports that fill them. */
import Type, { type Static } from 'typebox';
import { dropReasonNames } from './appliance.ts';
import { metricTypes, scopes } from './catalogue-model.ts';
import { closed, nullable, oneOf, queryText, Timestamp } from './schema.ts';

export { PLATFORM } from './platform.ts';

export const CATALOGUE_ID = '^[a-z][a-z0-9-]{0,29}$';
const CatalogueId = Type.String({ pattern: CATALOGUE_ID, description: 'the id of a catalogue' });

/** Longest name of an instance that reports. */
export const INSTANCE_MAX_LENGTH = 128;

/** What a local exporter sent and the catalogue does not allow. Values are not named: they may be what has to stay hidden. */
const Dropped = Type.Object(
  {
    reason: oneOf(dropReasonNames),
    name: Type.String({ description: 'The family, or the sample’s name where there is no such family' }),
    label: nullable(Type.String()),
    samples: Type.Integer({ description: 'How many since the process started' }),
    lastAt: Timestamp,
  },
  closed,
);

export const Catalogue = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    description: Type.String(),
    namespace: Type.String(),
    scope: oneOf(scopes),
    path: Type.String({ description: 'Where it comes out' }),
    ttlSeconds: Type.Integer({ description: 'For how long a report counts' }),
    families: Type.Array(Type.Object({ name: Type.String(), type: oneOf(metricTypes), help: Type.String() }, closed)),
    series: Type.Integer({ description: 'Series that would come out now; of a local exporter: came out last' }),
    reports: nullable(
      Type.Object(
        {
          instances: Type.Array(
            Type.Object(
              {
                instance: nullable(Type.String({ description: 'null: the one without a name' })),
                reportedAt: Timestamp,
                expiresAt: Timestamp,
                series: Type.Integer(),
              },
              closed,
            ),
          ),
          maxInstances: Type.Integer(),
        },
        { ...closed, description: 'null where it has a local exporter' },
      ),
    ),
    source: nullable(
      Type.Object(
        {
          address: Type.String({ description: 'The URL, or the path of the socket' }),
          status: oneOf(['up', 'down', 'never_asked']),
          askedAt: nullable(Timestamp),
          durationSeconds: nullable(Type.Number()),
          failure: nullable(Type.String({ description: 'Why it is down, as a sentence' })),
          dropped: Type.Array(Dropped),
        },
        closed,
      ),
    ),
  },
  closed,
);
export type Catalogue = Static<typeof Catalogue>;
export const CatalogueList = Type.Object({ items: Type.Array(Catalogue) }, closed);
export type CatalogueList = Static<typeof CatalogueList>;

export const CatalogueParams = Type.Object({ id: CatalogueId }, closed);
export type CatalogueParams = Static<typeof CatalogueParams>;
export const ReportParams = Type.Object({ catalogue: CatalogueId }, closed);
export const ReportQuery = Type.Object(
  {
    instance: Type.Optional(
      queryText(INSTANCE_MAX_LENGTH, 'the name of who reports; it comes out as the label `instance`'),
    ),
  },
  closed,
);
export const AcceptedReport = Type.Object(
  {
    catalogue: Type.String(),
    instance: nullable(Type.String()),
    families: Type.Integer(),
    series: Type.Integer(),
    expiresAt: Timestamp,
  },
  closed,
);
export type AcceptedReport = Static<typeof AcceptedReport>;

/** What a token may read: at least one. */
export const TokenCatalogues = Type.Array(CatalogueId, { minItems: 1, maxItems: 100, uniqueItems: true });
