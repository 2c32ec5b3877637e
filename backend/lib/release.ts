import { readFileSync } from 'node:fs';

export interface Release {
  readonly version: string;
  readonly commit: string;
}

const [nodeMajor, nodeMinor, nodePatch] = process.version.slice(1).split('.').map(Number);

/** What the contract's constants of Node.js are in this process, as prom-client's version gauge shows them. */
export const nodeConstants = {
  nodeVersion: process.version,
  nodeMajor: String(nodeMajor),
  nodeMinor: String(nodeMinor),
  nodePatch: String(nodePatch),
} as const;

/** The running release, as the build wrote it down beside the bundle's folder; from a source tree the commit is not known. */
export function readRelease(): Release {
  return (
    (readJson('../release.json') as Release | undefined) ?? {
      version: (readJson('../../package.json') as { version: string } | undefined)?.version ?? '0.0.0',
      commit: 'unknown',
    }
  );
}

function readJson(relative: string): unknown {
  try {
    return JSON.parse(readFileSync(new URL(relative, import.meta.url), 'utf8'));
  } catch {
    return undefined;
  }
}
