import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Value } from 'typebox/value';
import type { Location } from '../lib/finding.ts';
import { schemaProblems } from '../lib/schema-problems.ts';
import { parseYamlFile } from '../lib/yaml-file.ts';
import { checks } from './checks.ts';
import { parseClickHouseUrl } from './clickhouse-url.ts';
import { ConfigError, InvalidConfig } from './error.ts';
import { expectations, Settings, type Config } from './schema.ts';

export type { Config } from './schema.ts';

/** The file that settings were read from. */
interface Source {
  readonly file: string;
  lineOf(place: Location): number;
}

/** A mistake, and where to point at. */
interface Found {
  readonly place: Location;
  readonly message: string;
}

/**
 * Reads and checks a configuration file; without a file the defaults apply.
 * @throws InvalidConfig with every mistake, ConfigError where the file cannot be read
 */
export function loadConfig(file: string | undefined): Config {
  const path = file ?? (existsSync('config.yaml') ? 'config.yaml' : undefined);
  if (path === undefined) return checkConfig({}, process.cwd());
  const { value, lineOf } = readYaml(path);
  return checkConfig(value, dirname(resolve(path)), { file: path, lineOf });
}

/**
 * Checks settings that were already parsed; relative paths are relative to `base`.
 * @throws InvalidConfig with every mistake
 */
export function checkConfig(settings: unknown, base: string, source?: Source): Config {
  const filled = Value.Default(Settings, structuredClone(settings ?? {}));
  const found = findMistakes(filled);
  if (found.length > 0) throw invalid(found, source);
  return withAbsolutePaths(filled as Config, base);
}

function withAbsolutePaths(config: Config, base: string): Config {
  const { tls, public_url } = config.server;
  return {
    ...config,
    server: {
      ...config.server,
      ...(public_url !== undefined && { public_url: new URL(public_url).origin }),
      ...(tls && { tls: { cert_file: resolve(base, tls.cert_file), key_file: resolve(base, tls.key_file) } }),
    },
    prometheus: { ...config.prometheus, catalogues: config.prometheus.catalogues.map((file) => resolve(base, file)) },
    database: { url: `sqlite:${resolve(base, config.database.url.slice('sqlite:'.length))}` },
    auth: { ...config.auth, key_file: resolve(base, config.auth.key_file) },
    ingest: { ...config.ingest, spool_dir: resolve(base, config.ingest.spool_dir) },
    ...(config.clickhouse && { clickhouse: resolveClickHouse(config.clickhouse, base) }),
  };
}

function resolveClickHouse(
  settings: NonNullable<Config['clickhouse']>,
  base: string,
): NonNullable<Config['clickhouse']> {
  const { password_file } = settings;
  const target = parseClickHouseUrl(settings.url);
  const url = target.kind === 'embedded' ? `embedded:${resolve(base, target.dir)}` : settings.url;
  return { ...settings, url, ...(password_file !== undefined && { password_file: resolve(base, password_file) }) };
}

function readYaml(path: string): { value: unknown; lineOf: Source['lineOf'] } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError(`The configuration file ${path} cannot be read (${reason}).`);
  }
  const { value, lineOf, findings } = parseYamlFile(text);
  const mistakes = findings().map(({ line, message }) => ({
    path: '',
    line,
    message: `The configuration is not valid YAML: ${withoutDot(message)}.`,
  }));
  if (mistakes.length > 0) throw new InvalidConfig(mistakes, path);
  return { value, lineOf };
}

function withoutDot(sentence: string): string {
  return sentence.endsWith('.') ? sentence.slice(0, -1) : sentence;
}

function invalid(found: readonly Found[], source: Source | undefined): InvalidConfig {
  const mistakes = found.map(({ place, message }) => ({
    path: place.path.join('.'),
    ...(source && { line: source.lineOf(place) }),
    message,
  }));
  const inOrder = mistakes.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return new InvalidConfig(inOrder, source?.file);
}

/** What the schema refuses, and of the rest what the checks refuse. */
function findMistakes(settings: unknown): Found[] {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    const message = 'The configuration has to be a mapping of sections such as server and prometheus.';
    return [{ place: { path: [] }, message }];
  }
  const unknown = unknownSettings(settings);
  const wrong = wrongSettings(settings, unknown);
  const isSound = (path: string) => !wrong.some((one) => touches(one.place.path.join('.'), path));
  const rejected: Found[] = [];
  for (const { reads, run } of checks) {
    if (!reads.every(isSound)) continue;
    run(settings as Config, (path, message) => rejected.push({ place: { path: path.split('.') }, message }));
  }
  return [...unknown, ...wrong, ...rejected];
}

/** Whether one of two settings is the other, or inside of it. */
function touches(one: string, other: string): boolean {
  return `${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`);
}

function unknownSettings(settings: object): Found[] {
  return schemaProblems(Settings, settings).flatMap((problem) => {
    if (problem.keyword !== 'additionalProperties') return [];
    return problem.params.additionalProperties.map((name): Found => {
      const path = [...keysOf(problem.instancePath), name];
      return { place: { path, on: 'key' }, message: 'there is no such setting. See config.example.yaml.' };
    });
  });
}

/** One mistake a setting, however many rules refuse it. */
function wrongSettings(settings: object, unknown: readonly Found[]): Found[] {
  const found = new Map<string, Found>();
  for (const { keyword, instancePath, message } of schemaProblems(Settings, settings)) {
    const path = keysOf(instancePath);
    const name = path.join('.');
    const isUnknown = unknown.some(({ place }) => `${name}.`.startsWith(`${place.path.join('.')}.`));
    if (keyword === 'additionalProperties' || isUnknown || found.has(name)) continue;
    const expected = expectations[name.replaceAll(/\.\d+/g, '')];
    found.set(name, { place: { path }, message: `${expected ?? message}.` });
  }
  return [...found.values()];
}

/** The keys of a JSON pointer (RFC 6901). */
function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
