/** The compose files and the Dockerfile as data, for tests that check what they must contain. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument, type CollectionTag, type ScalarTag } from 'yaml';

export const root = join(import.meta.dirname, '..', '..');
export const read = (path: string) => readFileSync(join(root, path), 'utf8');

export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** A named volume, as opposed to a path of this repository. */
  readonly isVolume: boolean;
}

type VolumeEntry = string | { source: string; target: string; read_only?: boolean; volume?: { nocopy?: boolean } };

export interface ServiceEntry {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: object;
  readonly volumes?: readonly VolumeEntry[];
}

export interface Service extends ServiceEntry {
  readonly mounts: readonly Mount[];
}

/** Compose's own tags, which say how a value of an overlay meets the one below it. */
const tags: (ScalarTag | CollectionTag)[] = [
  { tag: '!override', collection: 'seq', resolve: (value) => value },
  { tag: '!reset', collection: 'seq', resolve: (value) => value },
];

/** Parses YAML strictly: no duplicate key, no unknown tag, no warning. The caller says what it expects to find. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function yaml<Content>(path: string): Content {
  const document = parseDocument(read(path), { strict: true, uniqueKeys: true, merge: true, customTags: tags });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) throw new Error(`${path}: ${problems.map(({ message }) => message).join('; ')}`);
  return document.toJS() as Content;
}

export function services(path: string): Record<string, Service> {
  const { services: found } = yaml<{ services: Record<string, ServiceEntry> }>(path);
  return Object.fromEntries(
    Object.entries(found).map(([name, service]) => [name, { ...service, mounts: (service.volumes ?? []).map(mount) }]),
  );
}

function mount(volume: VolumeEntry): Mount {
  if (typeof volume !== 'string') {
    const { source, target, read_only = false } = volume;
    return { source, target, readOnly: read_only, isVolume: true };
  }
  const [source = '', target = '', mode] = volume.split(':');
  return { source, target, readOnly: mode === 'ro', isVolume: !source.startsWith('.') };
}

/** Where a path inside a service comes from. */
export function originOf(service: Service, path: string): { mount: Mount; rest: string } | undefined {
  const found = service.mounts
    .filter(({ target }) => path === target || path.startsWith(`${target}/`))
    .sort((a, b) => b.target.length - a.target.length)[0];
  return found && { mount: found, rest: path.slice(found.target.length + 1) };
}
