/** Tests that need a program from outside npm: run where it is on PATH, skipped by name where not, failed under CI=true. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'vitest';

/** The commands that `scripts/test-tools.mjs` brings in. */
export type ToolName =
  | 'prometheus'
  | 'promtool'
  | 'prometheus-node-exporter'
  | 'prometheus-pushgateway'
  | 'openssl'
  | 'curl'
  | 'chromium'
  | 'python3';

/** What a tool has to be able to do beside being there. */
const proofs: Partial<Record<ToolName, readonly string[]>> = { python3: ['-c', 'import prometheus_client'] };

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where the tool is, or nothing. */
export function tool(name: ToolName): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const proof = proofs[name];
  return folders
    .map((folder) => join(folder, name))
    .find((file) => isExecutable(file) && (!proof || spawnSync(file, proof).status === 0));
}

/** A test of Vitest's that gets the path of each tool it names. */
export function testWith<const Name extends ToolName>(
  names: Name | readonly Name[],
  title: string,
  body: (paths: Record<Name, string>) => Promise<void> | void,
  timeoutMs?: number,
): void {
  const wanted = typeof names === 'string' ? [names] : names;
  const paths = Object.fromEntries(wanted.map((name) => [name, tool(name)]));
  const missing = wanted.filter((name) => paths[name] === undefined);
  if (missing.length === 0) {
    test(title, () => body(paths as Record<Name, string>), timeoutMs);
    return;
  }
  const reason = `Not on PATH: ${missing.join(', ')}. node scripts/test-tools.mjs installs it where it may.`;
  test(title, (context) => {
    if (process.env['CI'] === 'true') throw new Error(reason);
    context.skip(reason);
  });
}
