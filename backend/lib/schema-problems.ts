import { Settings } from 'typebox/system';
import { Value } from 'typebox/value';

/** For what a person wrote: TypeBox itself ends after eight. */
const MOST_PROBLEMS = 1_000;
Settings.Set({ maxErrors: MOST_PROBLEMS });

export type SchemaProblem = ReturnType<typeof Value.Errors>[number];

/** Everything that a schema has against a value. */
export const schemaProblems = Value.Errors;
