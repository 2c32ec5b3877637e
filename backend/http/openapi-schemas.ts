/** The schemas of an OpenAPI document: those that have a name in the contract stand there once, under that name. */
import * as api from '../../contract/api.ts';
import * as ingest from '../../contract/ingest.ts';

/** Of a JSON schema what is looked at here; any other keyword stays as it is. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: unknown;
  readonly const?: unknown;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string };
}

export interface Components {
  /** The schema as it is referred to, or with what is in it referred to. */
  readonly refer: (schema: Schema) => Schema;
  /** What was referred to so far, by name. */
  readonly used: () => Readonly<Record<string, Schema>>;
}

/** Only ever parameters, each of which is described by itself. */
const NOT_BODIES = /(Query|Params|Headers)$/;

export function createComponents(): Components {
  const contract = new Map(
    Object.entries({ ...api, ...ingest }).flatMap(([name, schema]) =>
      isSchema(schema) && !NOT_BODIES.test(name) ? [[keyOf(schema), { name, schema }] as const] : [],
    ),
  );
  const used: Record<string, Schema> = {};

  function refer(schema: Schema): Schema {
    const found = contract.get(keyOf(schema));
    if (!found) return within(schema);
    const { name } = found;
    if (!(name in used)) {
      used[name] = {}; // its place, in case that it refers to itself
      used[name] = within(found.schema);
    }
    const { description, default: usual } = schema;
    return {
      $ref: `#/components/schemas/${name}`,
      ...(description !== undefined && description !== found.schema.description && { description }),
      ...(usual !== undefined && { default: usual }),
    };
  }

  function within(schema: Schema): Schema {
    const { patternProperties, discriminator, ...rest } = schema;
    const described = Object.entries(rest).map(([keyword, value]) => [keyword, inside(keyword, value)]);
    return {
      ...(Object.fromEntries(described) as Schema),
      ...(patternProperties && anyNames(patternProperties)),
      ...(discriminator && { discriminator: mapped(discriminator.propertyName, schema) }),
    };
  }

  function inside(keyword: string, value: unknown): unknown {
    switch (keyword) {
      case 'items':
      case 'contentSchema':
      case 'additionalProperties':
        return typeof value === 'object' ? refer(value as Schema) : value;
      case 'anyOf':
      case 'oneOf':
        return (value as Schema[]).map(refer);
      case 'properties':
        return Object.fromEntries(
          Object.entries(value as Record<string, Schema>).map(([name, one]) => [name, refer(one)]),
        );
      default:
        return value;
    }
  }

  /** A record's names are any names: generators know `additionalProperties` better than a pattern that fits all. */
  function anyNames(patterns: Readonly<Record<string, Schema>>): object {
    return { additionalProperties: refer(Object.values(patterns)[0] ?? {}) };
  }

  function mapped(propertyName: string, { oneOf = [] }: Schema) {
    const mapping = oneOf.map((one) => [String(one.properties?.[propertyName]?.const), refer(one).$ref] as const);
    return { propertyName, mapping: Object.fromEntries(mapping) };
  }

  return { refer, used: () => used };
}

function isSchema(value: unknown): value is Schema {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Schema).type === 'string' || 'anyOf' in value || 'oneOf' in value;
}

/** The same for schemas that accept the same. */
function keyOf(schema: Schema): string {
  const { description: _description, default: _default, ...rest } = schema;
  return JSON.stringify(rest);
}
