/** The backend's bundle, build/bin/, as it is started. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const BUNDLE = fileURLToPath(new URL('../../build/bin', import.meta.url));

/** Every source that these loaded scripts hold: of the bundle's files by their source maps, of others what they are. */
export function sourcesOf(scripts: readonly string[]): string[] {
  return scripts.flatMap((script) => {
    if (!script.includes('/build/bin/')) return [script.replace(/^.*\/(?=node_modules\/)/, '')];
    const { sources } = JSON.parse(readFileSync(fileURLToPath(`${script}.map`), 'utf8')) as { sources: string[] };
    return sources;
  });
}
