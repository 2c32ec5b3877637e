import { userInfo } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import Type, { type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { Actor } from '../audit/log.ts';
import { systemClock } from '../lib/clock.ts';
import { loadConfig, type Config } from '../config/config.ts';
import { openServices, type Services } from '../services.ts';
import { invalidField } from '../http/fields.ts';
import { silentLogger } from '../lib/logger.ts';
import { keepNewFilesPrivate } from '../lib/new-files.ts';

export interface CommonOptions {
  config?: string;
  json?: boolean;
}

/** A command with the options that each of them takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option(
      '--config <file>',
      'configuration file (default: $VITALS_CONFIG, then config.yaml here, then built-in defaults)',
    )
    .option('--json', 'print JSON');
}

export function configOf(options: CommonOptions): Config {
  return loadConfig(options.config ?? process.env['VITALS_CONFIG']);
}

/** Works on the database, beside a server that may be running. */
export async function withServices<Result>(
  options: CommonOptions,
  work: (services: Services) => Promise<Result>,
): Promise<Result> {
  keepNewFilesPrivate();
  const services = await openServices(configOf(options), systemClock, silentLogger);
  try {
    return await work(services);
  } finally {
    await services.close();
  }
}

/** Who is at the command line. */
export function localActor(): Actor {
  return { name: userName(), via: 'cli', ip: null };
}

/** Containers run as users that no passwd entry names. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Checks options by the schema that checks the same query over HTTP. @throws Refusal `invalid_request` */
export function checkQuery<Schema extends TSchema>(schema: Schema, options: Record<string, unknown>): Static<Schema> {
  const fields = Type.IsObject(schema) ? Object.keys(schema.properties) : [];
  const given = Object.fromEntries(
    fields.filter((field) => options[field] !== undefined).map((field) => [field, options[field]]),
  );
  const query = Value.Default(schema, Value.Convert(schema, given));
  const [problem] = Value.Errors(schema, query);
  if (problem) throw invalidField(`--${problem.instancePath.slice(1)}`, `${problem.message}.`);
  return query as Static<Schema>;
}

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `30m`, `12h` or `365d`. @throws InvalidArgumentError */
export function duration(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined)
    throw new InvalidArgumentError('Give a number with s, m, h or d, e.g. 365d.');
  return Number(amount) * (SECONDS[unit] ?? 1);
}
